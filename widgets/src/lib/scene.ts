/** What is drawn for a draft: discs, curves, legs, dots, labels and the words for each. Pure. */

import * as g from "./geometry.js";
import type { Box, Curve, Point } from "./geometry.js";
import { bondLabel, bondsAt, type Draft, type DraftBond, type DraftCore } from "./structure.js";

export interface SceneCore extends Point {
  readonly name: string;
  readonly radius: number;
  readonly latent: boolean;
  readonly pinned: boolean;
  readonly words: string;
}

export interface SceneBond {
  readonly id: string;
  readonly paths: readonly string[];
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
  const centre = g.centroid(cores);
  const legs = draft.cores.flatMap((core) => sceneLegs(draft, core, bonds, at, centre));
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
  const all = [...at.values()];
  const simple = draft.bonds.filter((bond) => bond.cores.length === 2);
  const curves = new Map(simple.map((bond) => [bond.id, bondCurve(bond, simple, at)]));
  const spots = g.placeLabels([...curves.values()], all);
  const labels = new Map([...curves.keys()].map((id, k) => [id, spots[k] as Point]));
  const dots: Point[] = [];
  return draft.bonds.map((bond) => {
    const line = curves.get(bond.id);
    if (line !== undefined) return drawn(bond, [g.curvePath(line)], labels.get(bond.id) as Point, null);
    const ends = joined(bond, at);
    const dot = g.dotPlace(ends, [...all, ...dots]);
    dots.push(dot);
    return drawn(bond, ends.map((end) => g.curvePath(g.curve(dot, end, 0))), { x: dot.x + 14, y: dot.y - 12 }, dot);
  });
}

function drawn(bond: DraftBond, paths: readonly string[], label: Point, dot: Point | null): SceneBond {
  const words = `${dot ? "hyper-bond" : "bond"} ${bondLabel(bond)}, rank ${bond.rank}`;
  return { id: bond.id, paths, width: g.bondWidth(bond.rank), rank: bond.rank, label, dot, words };
}

function bondCurve(bond: DraftBond, simple: readonly DraftBond[], at: Places): Curve {
  const [from, to] = joined(bond, at) as [SceneCore, SceneCore];
  const twins = simple.filter((other) => bondLabel(other) === bondLabel(bond));
  const others = [...at.values()].filter((core) => core !== from && core !== to);
  const lone = twins.length === 1 ? g.detour(from, to, others) : 0;
  return g.curve(from, to, lone + (g.fanOffsets(twins.length)[twins.indexOf(bond)] ?? 0));
}

function sceneLegs(draft: Draft, core: DraftCore, bonds: readonly SceneBond[], at: Places, centre: Point): SceneLeg[] {
  const taken = bondsAt(draft, core.name).flatMap((bond): Point[] => {
    const dot = bonds.find((other) => other.id === bond.id)?.dot;
    return dot ? [dot] : joined(bond, at).filter((other) => other.name !== core.name);
  });
  const angles = g.legAngles(core, taken, core.legs.length, centre);
  return core.legs.map((mode, k) => {
    const angle = angles[k] as number;
    const size = draft.modes[mode] ?? 1;
    return {
      mode,
      core: core.name,
      size,
      from: g.polar(core, angle, g.CORE_RADIUS - 2),
      end: g.polar(core, angle, g.LEG_LENGTH),
      label: g.polar(core, angle, g.LEG_LENGTH + 9 + 4 * Math.abs(Math.cos(angle))),
      words: `leg of core ${core.name}, mode ${mode}, size ${size}`,
    };
  });
}

/** Return the box that shows everything, with room for labels. */
export function sceneBox(scene: Scene): Box {
  return g.bounds([...scene.cores, ...scene.legs.map((leg) => leg.label), ...scene.bonds.map((bond) => bond.label)], 34);
}

/** Return the core under a point (its rim included), other than `except`; undefined where there is none. */
export function coreUnder(scene: Scene, point: Point, except: readonly string[] = [], slack = g.RIM): SceneCore | undefined {
  const others = scene.cores.filter((core) => !except.includes(core.name));
  return others[g.nearest(others, point, (k) => (others[k]?.radius ?? 0) + slack)];
}

/** Return the leg whose end (with its label) is under a point, other than `except`. */
export function legUnder(scene: Scene, point: Point, except: number, reach = 18): SceneLeg | undefined {
  const others = scene.legs.filter((leg) => leg.mode !== except);
  return others[g.nearest(others.map((leg) => g.middle(leg.end, leg.label)), point, () => reach)];
}
