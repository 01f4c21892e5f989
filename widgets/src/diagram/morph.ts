/** The transition between two diagrams: which cores are the same, and the scene at a time between the two. Pure. */

import { type Draft, type DraftCore, freeName, withIds } from "../structure/structure.js";
import type { Point } from "../ui/plane.js";
import type { Curve } from "./geometry.js";
import type { Scene, SceneBond, SceneCore, SceneLeg } from "./scene.js";

/** How many modes two cores have in common. */
const shared = (a: DraftCore, b: DraftCore): number => a.legs.filter((leg) => b.legs.includes(leg)).length;

/** Pairs of old and new cores that are the same one: most modes in common first, then equal names of those without modes. */
export function match(before: Draft, after: Draft): Map<string, string> {
  const pairs = after.cores.flatMap((core) => before.cores.map((old) => ({ core, old, common: shared(core, old) })));
  const weight = ({ core, old, common }: (typeof pairs)[number]): number =>
    common > 0 ? 4 * common - Math.abs(core.legs.length - old.legs.length) + (core.name === old.name ? 0.5 : 0) : -1;
  const latent = pairs.filter(({ core, old }) => core.legs.length + old.legs.length === 0 && core.name === old.name);
  const ordered = [...pairs.filter(({ common }) => common > 0).sort((a, b) => weight(b) - weight(a)), ...latent];
  const found = new Map<string, string>();
  const taken = new Set<string>();
  for (const { core, old } of ordered) {
    if (found.has(core.name) || taken.has(old.name)) continue;
    found.set(core.name, old.name);
    taken.add(old.name);
  }
  return found;
}

/** The next draft with its cores called as the same ones were before. */
export function carried(before: Draft, after: Draft): Draft {
  const found = match(before, after);
  const taken = new Set([...before.cores.map((core) => core.name), ...found.values()]);
  const names = new Map(after.cores.map((core) => {
    const name = found.get(core.name) ?? (taken.has(core.name) ? freeName(taken) : core.name);
    taken.add(name);
    return [core.name, name];
  }));
  const renamed = (name: string): string => names.get(name) ?? name;
  return withIds({
    modes: after.modes,
    cores: after.cores.map((core) => ({ ...core, name: renamed(core.name) })),
    bonds: after.bonds.map((bond) => ({ ...bond, cores: bond.cores.map(renamed) })),
  });
}

const mix = (a: number, b: number, t: number): number => a + (b - a) * t;
const between = (a: Point, b: Point, t: number): Point => ({ x: mix(a.x, b.x, t), y: mix(a.y, b.y, t) });
const bend = (a: Curve, b: Curve, t: number): Curve => ({ from: between(a.from, b.from, t), to: between(a.to, b.to, t), control: between(a.control, b.control, t) });
const dotted = (point: Point): Curve => ({ from: point, to: point, control: point });

/**
 * Return the scene at a time from 0 (before) to 1 (after). A new core grows out of the core that carried its modes;
 * removed parts disappear at once, so that no label is drawn twice.
 */
export function blend(before: Scene, after: Scene, t: number): Scene {
  if (t >= 1) return after;
  const cores = after.cores.map((core): SceneCore => {
    const from = before.cores.find((old) => old.name === core.name) ?? source(core, before, after);
    return { ...core, ...between(from, core, t), radius: mix((from as Partial<SceneCore>).radius ?? 0, core.radius, t) };
  });
  const at = new Map(cores.map((core) => [core.name, core]));
  return {
    cores,
    bonds: after.bonds.map((bond) => blendBond(before.bonds.find((old) => old.id === bond.id), bond, at, t)),
    legs: after.legs.map((leg) => blendLeg(before.legs.find((old) => old.mode === leg.mode), leg, t)),
  };
}

/** Where a new core comes from: the old core that carried one of its modes, else its own place. */
function source(core: SceneCore, before: Scene, after: Scene): Point | SceneCore {
  const modes = after.legs.filter((leg) => leg.core === core.name).map((leg) => leg.mode);
  const owner = before.legs.find((leg) => modes.includes(leg.mode))?.core;
  return before.cores.find((old) => old.name === owner) ?? core;
}

function blendBond(old: SceneBond | undefined, bond: SceneBond, at: ReadonlyMap<string, SceneCore>, t: number): SceneBond {
  const [first, second] = bond.id.replace(/#\d+$/, "").split("-").map((name) => at.get(name));
  const simple = first !== undefined && second !== undefined && bond.dot === null;
  const middle = simple ? between(first, second, 0.5) : bond.label;
  const lines = bond.lines.map((line, k) => {
    const control = between(old?.lines[k]?.control ?? middle, line.control, t);
    return simple ? { from: first, to: second, control } : bend(old?.lines[k] ?? dotted(line.from), line, t);
  });
  return {
    ...bond,
    lines,
    width: mix(old?.width ?? 0.1, bond.width, t),
    label: between(old?.label ?? middle, bond.label, t),
    dot: bond.dot && between(old?.dot ?? bond.dot, bond.dot, t),
  };
}

function blendLeg(old: SceneLeg | undefined, leg: SceneLeg, t: number): SceneLeg {
  if (old === undefined) return leg;
  return { ...leg, from: between(old.from, leg.from, t), end: between(old.end, leg.end, t), label: between(old.label, leg.label, t) };
}

/** Slow at both ends. */
export const eased = (t: number): number => (t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t));
