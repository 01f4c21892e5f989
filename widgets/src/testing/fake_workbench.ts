/** For tests: the state of a workbench, and a simulated search. */

import type { StructureRecord } from "../wire/editor_state.js";
import type { Counts, Incumbent, Lane, Settings, WorkbenchState } from "../wire/workbench_state.js";
import { type Columns, pack } from "../workbench/lanes/lane_points.js";

const ENGINES: [string, string, boolean][] = [
  ["growth", "Grows a network bond by bond where the residual asks for it.", false],
  ["annealing", "Changes one thing at a time, and accepts worse ones less and less.", false],
  ["tnga", "A population of structures that cross and mutate.", true],
  ["random_search", "Draws structures at random.", true],
];

export const settings = (more: Partial<Settings> = {}): Settings => ({
  engines: ["growth", "annealing"], target_error: 0.1, family: "", max_rank: null, max_evaluations: 10_000, max_seconds: 600, seed: 0,
  executor: "inline", refusals: { tnga: "It needs a fixed family; choose one." }, ...more,
});

export function nothing(): WorkbenchState {
  return {
    label: "", files: { suffixes: [".npy"], words: "an array", max_bytes: 2 ** 26 }, datasets: [{ name: "camera", label: "Camera" }, { name: "cat", label: "Cat" }],
    data: { name: "camera", label: "Camera", shape: [256, 256], modes: [16, 16, 16, 16], order: "quantised", kind: "image", size: 65_536, suggestions: [] },
    original: {}, problem: {},
    engines: ENGINES.map(([name, summary, batch]) => ({ name, summary, families: ["any"], needs_target: false, paper: "Surname 2023: https://example.org", batch })),
    families: [{ name: "", label: "what suits each engine" }, { name: "tree", label: "trees" }],
    executors: [{ name: "inline", label: "this process" }, { name: "pool:2", label: "2 processes" }],
    settings: settings(), run: { state: "idle", status: "", can_resume: false, private: false }, lanes: [], bound: {}, studies: [],
    opening: {}, opened: {},
  };
}

const LETTERS = "ABCDEFGH";

/** Cores on a circle, bonded to a ring with these ranks; `twist` changes who is beside whom. */
export function ring(ranks: readonly number[], twist = 0): StructureRecord {
  const n = ranks.length;
  const place = (k: number): [number, number] => [110 * Math.cos((2 * Math.PI * k) / n), 110 * Math.sin((2 * Math.PI * k) / n)];
  const turn = (k: number): number => (twist > 0 && k === twist % n ? 0 : twist > 0 && k === 0 ? twist % n : k);
  return {
    version: 1,
    modes: ranks.map(() => 16),
    cores: ranks.map((_, k) => ({ legs: [k], name: LETTERS[k] as string, position: place(turn(k)) })),
    bonds: ranks.map((rank, k) => ({ cores: [k, (k + 1) % n].sort((a, b) => a - b), rank })),
  };
}

/** A simulated search: the same seed makes the same points. */
export class SimulatedSearch {
  readonly points: Columns & { count: number };
  private random: () => number;
  best: Incumbent | null = null;
  private closest = Infinity;
  private readonly tally = [0, 0, 0, 0, 0];

  readonly id: number;
  readonly most: number;
  private readonly target: number;

  constructor(readonly engine: string, { id, most, target = 0.1 }: { id: number; most: number; target?: number }) {
    [this.id, this.most, this.target] = [id, most, target];
    let seed = 7919 * (id + 1);
    this.random = () => ((seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648);
    this.points = { count: 0, parameters: new Float64Array(most), errors: new Float32Array(most), seconds: new Float32Array(most), fates: new Uint8Array(most) };
  }

  /** Make evaluations; return them as Python packs them. */
  run(wanted: number): { from: number; count: number; data: DataView } {
    const { points } = this;
    const from = points.count;
    const end = Math.min(this.most, from + wanted);
    for (let k = from; k < end; k++) this.evaluate(k);
    points.count = end;
    return this.piece(from, end);
  }

  piece(from: number, end: number): { from: number; count: number; data: DataView } {
    const cut = { parameters: this.points.parameters.slice(from, end), errors: this.points.errors.slice(from, end), seconds: this.points.seconds.slice(from, end), fates: this.points.fates.slice(from, end) };
    return { from: from + 1, count: end - from, data: pack(cut) };
  }

  private evaluate(k: number): void {
    const progress = 1 - Math.exp(-k / 1500);
    const parameters = Math.round(640 * Math.exp((2.6 - 1.6 * progress) * this.random() + 0.18 + 0.1 * this.id));
    const floor = 0.085 * (1250 / parameters) ** 0.42 + 0.006 * this.id;
    const draw = this.random();
    const fate = draw < 0.55 ? 0 : draw < 0.72 ? 1 : draw < 0.85 ? 3 : 2;
    const error = fate === 2 ? Number.NaN : fate === 3 ? 0.9 * floor : floor * (1 + 1.4 * this.random() ** 2);
    this.points.parameters[k] = parameters;
    this.points.errors[k] = error;
    this.points.seconds[k] = 0.03 * (k + 1);
    this.points.fates[k] = fate;
    this.tally[fate] = (this.tally[fate] ?? 0) + 1;
    if (fate === 0) this.judge(k, parameters, error);
  }

  private judge(k: number, parameters: number, error: number): void {
    const reached = error <= this.target;
    const better = this.best?.reached ? reached && parameters < this.best.parameters : reached || error < this.closest;
    if (!better) return;
    this.closest = error;
    const ranks = Array.from({ length: 6 }, (_, place) => 1 + ((parameters * (place + 3)) % 7));
    const structure = ring(ranks, (parameters % 5) + 1);
    const before = this.best?.structure.bonds ?? [];
    const changed = structure.bonds.flatMap((bond, place) => (before[place] && before[place].rank !== bond.rank ? [place] : []));
    const words = changed.map((place) => `rank of ${LETTERS[place]}-${LETTERS[(place + 1) % 6]} ${before[place]?.rank} \u2192 ${structure.bonds[place]?.rank}`).join("; ");
    this.best = { number: k + 1, parameters, relative_error: error, reached, move: "changed ranks", structure, changed: { bonds: changed, words } };
  }

  lane(more: Partial<Lane> = {}): Lane {
    const { count } = this.points;
    const of = (fate: number): number => this.tally[fate] ?? 0;
    const counts = { proposed: count, fitted: of(0), repeated: of(1), pruned_by_size: of(2), pruned_by_certificate: of(3), too_costly: of(4), sweeps: 9 * of(0) };
    return {
      id: this.id, engine: this.engine, study: `camera-${this.engine}-${this.id}`, state: "running", status: "", seconds: 0.03 * count, fraction: count / this.most,
      seconds_left: 0.03 * (this.most - count), counts, total: count, generation: 0, incumbent: this.best, target: this.target, bound: 640, ...more,
    };
  }
}

/** What became of 412 proposals. */
export const COUNTS: Counts = { proposed: 412, repeated: 62, pruned_by_size: 30, pruned_by_certificate: 90, too_costly: 0, fitted: 230, sweeps: 9 };

/** A lane whose best has so many parameters, and at which error; null for a lane without a best. */
export const fakeLane = (id: number, parameters: number | null, { reached = true, error = 0.09, ...more }: Partial<Lane> & { reached?: boolean; error?: number } = {}): Lane => ({
  id, engine: "growth", study: `s${id}`, state: "running", status: "", seconds: 12, fraction: 0.25, seconds_left: 36, counts: COUNTS, total: 412, generation: 0,
  incumbent: parameters === null ? null : { number: 9, parameters, relative_error: error, reached, move: "", structure: ring([2, 2, 2]), changed: { bonds: [], words: "" } }, ...more,
});
