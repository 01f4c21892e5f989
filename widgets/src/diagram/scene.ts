/** The scene of a draft: its discs, curves, legs, dots and labels with their places and words. Pure. */

import * as g from "./geometry.js";
import { ownerOf, Surroundings } from "./surroundings.js";
import { bondLabel, bondsAt, findCore, type Draft, type DraftBond, type DraftCore } from "../structure/structure.js";
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
  readonly cores: readonly string[];
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

/** A scene with what labels and legs keep clear of, so that a drag places only its own anew. */
export interface LaidScene extends Scene {
  readonly around: Surroundings;
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;

/** Draw a draft. Parts that look as they did in the scene before are the same objects. */
export function sceneOf(draft: Draft, before: LaidScene | null = null): LaidScene {
  const cores = draft.cores.map((core) => sceneCore(draft, core));
  const { bonds, legs, around } = before !== null && standsStill(draft, cores, before) ? relabelled(draft, before) : placed(draft, cores);
  if (before === null) return { cores, bonds, legs, around };
  return {
    cores: kept(cores, before.cores, (core) => core.name),
    bonds: kept(bonds, before.bonds, (bond) => bond.id),
    legs: kept(legs, before.legs, (leg) => leg.mode),
    around,
  };
}

type Placed = Omit<LaidScene, "cores">;

/** Place the bonds and legs of a draft whose cores are given. */
function placed(draft: Draft, cores: readonly SceneCore[]): Placed {
  const at = new Map(cores.map((core) => [core.name, core]));
  const row = cores.length > 1 && cores.every((core) => Math.abs(core.y - (cores[0]?.y ?? 0)) < 4);
  const around = new Surroundings({ centre: g.centroid(cores), row });
  for (const core of cores) around.addCore(core.name, core);
  const bonds = sceneBonds(draft.bonds, at, around, []);
  const lines = linesAt(draft.bonds, bonds);
  return { bonds, legs: draft.cores.flatMap((core) => sceneLegs(draft, core, lines.get(core.name) ?? [], around)), around };
}

/** Whether a draft has its cores, bonds and numbers of legs where a scene shows them, so that only words and widths differ. */
function standsStill(draft: Draft, cores: readonly SceneCore[], { cores: shown, bonds, legs }: Scene): boolean {
  const alike = (core: SceneCore, old: SceneCore | undefined): boolean => old !== undefined && core.name === old.name && core.x === old.x && core.y === old.y;
  return (
    cores.length === shown.length && cores.every((core, k) => alike(core, shown[k])) &&
    draft.bonds.length === bonds.length && draft.bonds.every((bond, k) => equal(bond.cores, bonds[k]?.cores)) &&
    equal(draft.cores.flatMap((core) => core.legs.map(() => core.name)), legs.map((leg) => leg.core))
  );
}

/** The bonds and legs of a scene with the ranks, modes and sizes of a draft. */
function relabelled(draft: Draft, { bonds, legs, around }: LaidScene): Placed {
  const modes = draft.cores.flatMap((core) => core.legs);
  return {
    bonds: bonds.map(({ lines, label, dot }, k) => drawn(draft.bonds[k] as DraftBond, lines, label, dot)),
    legs: legs.map((leg, k) => ({ ...leg, ...counted(draft, leg.core, modes[k] as number) })),
    around,
  };
}

/** Draw the drag of some cores: they, the bonds at them and the legs beside these follow; all else stays until the drop. */
export function dragged(scene: LaidScene, draft: Draft, names: ReadonlySet<string>): Scene {
  const cores = scene.cores.map((core) => {
    const place = names.has(core.name) ? findCore(draft, core.name) : undefined;
    return place === undefined ? core : { ...core, x: place.x, y: place.y };
  });
  const at = new Map(cores.map((core) => [core.name, core]));
  const touched = draft.bonds.filter((bond) => bond.cores.some((name) => names.has(name)));
  const ids = new Set(touched.map((bond) => bond.id));
  const around = scene.around.without(new Set([...[...names].map(ownerOf.core), ...[...ids].map(ownerOf.bond)]));
  for (const name of names) around.addCore(name, at.get(name) as SceneCore);
  const still = scene.bonds.filter((bond) => !ids.has(bond.id));
  const fresh = new Map(sceneBonds(touched, at, around, still).map((bond) => [bond.id, bond]));
  const bonds = scene.bonds.map((bond) => fresh.get(bond.id) ?? bond);
  const beside = new Set([...names, ...touched.flatMap((bond) => bond.cores)]);
  const lines = linesAt(draft.bonds, bonds, beside);
  const placed = new Map<number, SceneLeg>();
  for (const core of draft.cores) {
    if (beside.has(core.name)) for (const leg of sceneLegs(draft, core, lines.get(core.name) ?? [], around)) placed.set(leg.mode, leg);
  }
  return { cores, bonds, legs: scene.legs.map((leg) => placed.get(leg.mode) ?? leg) };
}

/** Items, each the same object as before where nothing about it has changed. */
function kept<T extends object>(items: readonly T[], before: readonly T[], key: (item: T) => string | number): readonly T[] {
  const old = new Map(before.map((item) => [key(item), item]));
  return items.map((item) => {
    const same = old.get(key(item));
    return same !== undefined && equal(same, item) ? same : item;
  });
}

/** Whether two plain values are alike in all their parts. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  for (const name in a) if (!equal((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  return Object.keys(a).length === Object.keys(b).length;
}

function sceneCore(draft: Draft, core: DraftCore): SceneCore {
  const latent = core.legs.length === 0;
  const bonds = plural(bondsAt(draft, core.name).length, "bond");
  const legs = latent ? "latent" : core.legs.map((leg) => `mode ${leg} of size ${draft.modes[leg]}`).join(", ");
  const words = `core ${core.name}, ${legs}, ${bonds}${core.pinned ? ", held in place" : ""}`;
  return { name: core.name, x: core.x, y: core.y, radius: g.radius(latent), latent, pinned: core.pinned, words };
}

type Places = ReadonlyMap<string, SceneCore>;

function joined(bond: DraftBond, at: Places): SceneCore[] {
  return bond.cores.map((name) => at.get(name)).filter((core) => core !== undefined);
}

/** Place bonds among cores and the bonds that stay as they are, and add them to their surroundings. */
function sceneBonds(bonds: readonly DraftBond[], at: Places, around: Surroundings, still: readonly SceneBond[]): SceneBond[] {
  const curves = bondCurves(bonds, at);
  const dots = placeDots(bonds, at, curves, still);
  for (const [id, line] of curves) around.addLine(id, line, false);
  for (const [id, dot] of dots) around.addDot(id, dot);
  const labels = new Map([...curves].map(([id, line]) => [id, around.placeLabel(id, line)]));
  return bonds.map((bond) => {
    const line = curves.get(bond.id);
    if (line !== undefined) return drawn(bond, [line], labels.get(bond.id) as Point, null);
    const dot = dots.get(bond.id) as Point;
    const spokes = joined(bond, at).map((end) => g.curve(dot, end, 0));
    for (const spoke of spokes) around.addLine(bond.id, spoke, true);
    return drawn(bond, spokes, { x: dot.x + 14, y: dot.y - 12 }, dot);
  });
}

function placeDots(bonds: readonly DraftBond[], at: Places, curves: ReadonlyMap<string, Curve>, still: readonly SceneBond[]): Map<string, Point> {
  const dots = new Map<string, Point>();
  const hyper = bonds.filter((bond) => bond.cores.length > 2);
  if (hyper.length === 0) return dots;
  const lines = [...curves.values(), ...still.flatMap((bond) => (bond.dot === null ? bond.lines : []))].flatMap((line) => g.samples(line, 25));
  const discs = [...at.values(), ...still.flatMap((bond) => bond.dot ?? [])];
  for (const bond of hyper) dots.set(bond.id, g.dotPlace(joined(bond, at), [...discs, ...dots.values()], lines));
  return dots;
}

function drawn(bond: DraftBond, lines: readonly Curve[], label: Point, dot: Point | null): SceneBond {
  const words = `${dot ? "hyper-bond" : "bond"} ${bondLabel(bond)}, rank ${bond.rank}`;
  return { id: bond.id, cores: bond.cores, lines, width: g.bondWidth(bond.rank), rank: bond.rank, label, dot, words };
}

/** Curves of the bonds between two cores; parallel bonds fan out, a single one bends around cores in its way. */
function bondCurves(bonds: readonly DraftBond[], at: Places): Map<string, Curve> {
  const twins = new Map<string, DraftBond[]>();
  for (const bond of bonds) {
    if (bond.cores.length !== 2) continue;
    const parallel = twins.get(bondLabel(bond));
    if (parallel === undefined) twins.set(bondLabel(bond), [bond]);
    else parallel.push(bond);
  }
  const cores = [...at.values()];
  return new Map(
    [...twins.values()].flatMap((parallel) => {
      const [from, to] = joined(parallel[0] as DraftBond, at) as [SceneCore, SceneCore];
      const lone = parallel.length === 1 ? g.detour(from, to, cores) : 0;
      const offsets = g.fanOffsets(parallel.length);
      return parallel.map((bond, k): [string, Curve] => [bond.id, g.curve(from, to, lone + (offsets[k] ?? 0))]);
    }),
  );
}

/** The lines of bonds by the cores at which they end; only at `wanted` cores where these are given. */
function linesAt(drafts: readonly DraftBond[], bonds: readonly SceneBond[], wanted?: ReadonlySet<string>): Map<string, Curve[]> {
  const found = new Map<string, Curve[]>();
  drafts.forEach(({ cores }, place) => {
    const { dot, lines } = bonds[place] as SceneBond;
    cores.forEach((name, k) => {
      if (wanted !== undefined && !wanted.has(name)) return;
      const line = lines[dot === null ? 0 : k] as Curve;
      const there = found.get(name);
      if (there === undefined) found.set(name, [line]);
      else there.push(line);
    });
  });
  return found;
}

function sceneLegs(draft: Draft, core: DraftCore, lines: readonly Curve[], around: Surroundings): SceneLeg[] {
  if (core.legs.length === 0) return [];
  const taken = lines.map((line) => farEnd(line, core));
  const obstacles = around.snagsOf(core.name, core);
  const angles = g.legAngles(core, { taken, obstacles, ...around.lie }, core.legs.length);
  return core.legs.map((mode, k) => {
    const angle = angles[k] as number;
    return {
      ...counted(draft, core.name, mode),
      from: polar(core, angle, g.CORE_RADIUS - 2),
      end: polar(core, angle, g.LEG_LENGTH),
      label: polar(core, angle, g.LEG_LENGTH + 9 + 4 * Math.abs(Math.cos(angle))),
    };
  });
}

function counted({ modes }: Draft, core: string, mode: number): Pick<SceneLeg, "mode" | "core" | "size" | "words"> {
  const size = modes[mode] ?? 1;
  return { mode, core, size, words: `leg of core ${core}, mode ${mode}, size ${size}` };
}

/** Where a bond heads to from a core: along its curve rather than straight to the other end. */
const farEnd = (line: Curve, core: Point): Point => g.along(line, distance(line.from, core) < 1 ? 0.4 : 0.6);

/** Return the box that shows everything, with room for labels. */
export function sceneBox(scene: Scene, margin = 34): Box {
  return g.bounds([...scene.cores, ...scene.legs.map((leg) => leg.label), ...scene.bonds.map((bond) => bond.label)], margin);
}

/** How far around a core or the end of a leg a pointer still takes it. */
export interface Reach {
  /** Pixels in a diagram unit: in a small picture parts are taken from as many pixels as their hit areas in diagram.css have. */
  scale: number;
  /** Diagram units beyond the disc of a core. */
  slack?: number;
}

/** Return the core under a point (its rim included), other than `except`; undefined where there is none. */
export function coreUnder(scene: Scene, point: Point, except: readonly string[], { scale, slack = g.RIM }: Reach): SceneCore | undefined {
  const others = scene.cores.filter((core) => !except.includes(core.name));
  return others[nearest(others, point, (k) => Math.max((others[k]?.radius ?? 0) + slack, g.HIT_PIXELS / scale))];
}

/** Return the leg whose end (with its label) is under a point, other than `except`. */
export function legUnder(scene: Scene, point: Point, except: number, { scale }: Reach): SceneLeg | undefined {
  const others = scene.legs.filter((leg) => leg.mode !== except);
  const reach = Math.max(18, g.END_PIXELS / scale);
  return others[nearest(others.map((leg) => middle(leg.end, leg.label)), point, () => reach)];
}
