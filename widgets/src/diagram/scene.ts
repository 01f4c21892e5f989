/** The scene of a draft: its discs, curves, legs, dots and labels with their places and words. Pure. */

import * as g from "./geometry.js";
import { bondLabel, bondsAt, type Draft, type DraftBond, type DraftCore } from "../structure/structure.js";
import { type Box, distance, middle, nearest, type Point, polar } from "../ui/plane.js";
import type { Curve } from "./geometry.js";

export interface SceneCore extends Point {
  readonly name: string;
  readonly radius: number;
  readonly latent: boolean;
  readonly pinned: boolean;
  readonly words: string;
}

export interface SceneBond {
  readonly id: string;
  readonly lines: readonly Curve[];
  readonly width: number;
  readonly rank: number;
  readonly label: Point;
  /** The black dot of a hyper-bond. */
  readonly dot: Point | null;
  readonly words: string;
}

export interface SceneLeg {
  readonly mode: number;
  readonly core: string;
  readonly size: number;
  readonly from: Point;
  readonly end: Point;
  readonly label: Point;
  readonly words: string;
}

export interface Scene {
  readonly cores: readonly SceneCore[];
  readonly bonds: readonly SceneBond[];
  readonly legs: readonly SceneLeg[];
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

export function sceneOf(draft: Draft): Scene {
  const cores = draft.cores.map((core) => sceneCore(draft, core));
  const at = new Map(cores.map((core) => [core.name, core]));
  const bonds = sceneBonds(draft, at);
  const around: Around = {
    at,
    traces: bonds.flatMap((bond) => bond.lines.map((line) => g.trace(line))),
    centre: g.centroid(cores),
    row: cores.length > 1 && cores.every((core) => Math.abs(core.y - (cores[0]?.y ?? 0)) < 4),
  };
  const legs = draft.cores.flatMap((core) => (core.legs.length > 0 ? sceneLegs(draft, core, around) : []));
  return { cores, bonds, legs };
}

function sceneCore(draft: Draft, core: DraftCore): SceneCore {
  const latent = core.legs.length === 0;
  const bonds = plural(bondsAt(draft, core.name).length, "bond");
  const legs = latent ? "latent" : core.legs.map((leg) => `mode ${leg} of size ${draft.modes[leg]}`).join(", ");
  const words = `core ${core.name}, ${legs}, ${bonds}${core.pinned ? ", pinned" : ""}`;
  return { name: core.name, x: core.x, y: core.y, radius: g.radius(latent), latent, pinned: core.pinned, words };
}

type Places = ReadonlyMap<string, SceneCore>;

function joined(bond: DraftBond, at: Places): SceneCore[] {
  return bond.cores.map((name) => at.get(name)).filter((core) => core !== undefined);
}

function sceneBonds(draft: Draft, at: Places): SceneBond[] {
  const curves = bondCurves(draft, at);
  const dots = placeDots(draft, at, [...curves.values()]);
  const spots = g.placeLabels([...curves.values()], [...at.values(), ...dots.values()]);
  const labels = new Map([...curves.keys()].map((id, k) => [id, spots[k] as Point]));
  return draft.bonds.map((bond) => {
    const line = curves.get(bond.id);
    if (line !== undefined) return drawn(bond, [line], labels.get(bond.id) as Point, null);
    const dot = dots.get(bond.id) as Point;
    const spokes = joined(bond, at).map((end) => g.curve(dot, end, 0));
    return drawn(bond, spokes, { x: dot.x + 14, y: dot.y - 12 }, dot);
  });
}

function placeDots(draft: Draft, at: Places, curves: readonly Curve[]): Map<string, Point> {
  const dots = new Map<string, Point>();
  const lines = curves.flatMap((line) => g.samples(line, 25));
  for (const bond of draft.bonds.filter((other) => other.cores.length > 2)) {
    dots.set(bond.id, g.dotPlace(joined(bond, at), [...at.values(), ...dots.values()], lines));
  }
  return dots;
}

function drawn(bond: DraftBond, lines: readonly Curve[], label: Point, dot: Point | null): SceneBond {
  const words = `${dot ? "hyper-bond" : "bond"} ${bondLabel(bond)}, rank ${bond.rank}`;
  return { id: bond.id, lines, width: g.bondWidth(bond.rank), rank: bond.rank, label, dot, words };
}

/** Curves of the bonds between two cores; parallel bonds fan out, a single one bends around cores in its way. */
function bondCurves(draft: Draft, at: Places): Map<string, Curve> {
  const simple = draft.bonds.filter((bond) => bond.cores.length === 2);
  const twins = new Map<string, DraftBond[]>();
  for (const bond of simple) twins.set(bondLabel(bond), [...(twins.get(bondLabel(bond)) ?? []), bond]);
  return new Map(
    [...twins.values()].flatMap((parallel) => {
      const [from, to] = joined(parallel[0] as DraftBond, at) as [SceneCore, SceneCore];
      const others = [...at.values()].filter((core) => core !== from && core !== to);
      const lone = parallel.length === 1 ? g.detour(from, to, others) : 0;
      const offsets = g.fanOffsets(parallel.length);
      return parallel.map((bond, k): [string, Curve] => [bond.id, g.curve(from, to, lone + (offsets[k] ?? 0))]);
    }),
  );
}

/** The surroundings of the legs of all cores. */
interface Around {
  readonly at: Places;
  readonly traces: readonly g.Trace[];
  readonly centre: Point;
  readonly row: boolean;
}

function sceneLegs(draft: Draft, core: DraftCore, { at, traces, centre, row }: Around): SceneLeg[] {
  const ends = (line: Curve): boolean => distance(line.from, core) < 1 || distance(line.to, core) < 1;
  const obstacles: Point[] = [...at.values()].filter((other) => other.name !== core.name);
  const taken: Point[] = [];
  for (const { line, points, mid, reach } of traces) {
    if (distance(mid, core) > reach + 2 * g.LEG_LENGTH) continue;
    if (ends(line)) taken.push(farEnd(line, core));
    else obstacles.push(...points);
  }
  const angles = g.legAngles(core, { taken, obstacles, centre, row }, core.legs.length);
  return core.legs.map((mode, k) => {
    const angle = angles[k] as number;
    const size = draft.modes[mode] ?? 1;
    return {
      mode,
      core: core.name,
      size,
      from: polar(core, angle, g.CORE_RADIUS - 2),
      end: polar(core, angle, g.LEG_LENGTH),
      label: polar(core, angle, g.LEG_LENGTH + 9 + 4 * Math.abs(Math.cos(angle))),
      words: `leg of core ${core.name}, mode ${mode}, size ${size}`,
    };
  });
}

/** Where a bond heads to from a core: along its curve rather than straight to the other end. */
const farEnd = (line: Curve, core: Point): Point => g.along(line, distance(line.from, core) < 1 ? 0.4 : 0.6);

/** Return the box that shows everything, with room for labels. */
export function sceneBox(scene: Scene, margin = 34): Box {
  return g.bounds([...scene.cores, ...scene.legs.map((leg) => leg.label), ...scene.bonds.map((bond) => bond.label)], margin);
}

/** Return the core under a point (its rim included), other than `except`; undefined where there is none. */
export function coreUnder(scene: Scene, point: Point, except: readonly string[] = [], slack = g.RIM): SceneCore | undefined {
  const others = scene.cores.filter((core) => !except.includes(core.name));
  return others[nearest(others, point, (k) => (others[k]?.radius ?? 0) + slack)];
}

/** Return the leg whose end (with its label) is under a point, other than `except`. */
export function legUnder(scene: Scene, point: Point, except: number, reach = 18): SceneLeg | undefined {
  const others = scene.legs.filter((leg) => leg.mode !== except);
  return others[nearest(others.map((leg) => middle(leg.end, leg.label)), point, () => reach)];
}
