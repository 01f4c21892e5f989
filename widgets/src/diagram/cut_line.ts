/** The line of a cut through a drawing: around the cores of one side, across every bond that the cut counts. Pure. */

import * as g from "./geometry.js";
import { bondsAt, type Draft } from "../structure/structure.js";
import { distance, type Point } from "../ui/plane.js";
import type { Curve } from "./geometry.js";
import type { Scene, SceneBond } from "./scene.js";

/** A cut of the modes, with the ids of the bonds that it counts. */
export interface Cut {
  readonly modes: readonly number[];
  readonly crossing: readonly string[];
  /** The cores of one side, for a cut that is not given by its modes. */
  readonly inside?: ReadonlySet<string>;
}

/** The point at which a cut crosses a bond. */
export interface Crossing {
  readonly key: string;
  readonly at: Point;
  /** Direction of the bond there, of length 1. */
  readonly along: Point;
  readonly width: number;
  /** Of a hyper-bond: its neighbours are near. */
  readonly spoke?: boolean;
}

export interface CutDrawing {
  readonly lines: readonly string[];
  readonly crossings: readonly Crossing[];
  /** The free ends of the lines, where a label can be put. */
  readonly ends: readonly Point[];
}

/** Diagram units that an open line reaches beyond its last crossing. */
const OVERHANG = 34;
/** The same on either side of a single crossing. */
const LONE = 46;
/** Points all around a core, none of the gaps between them this wide (radians), are joined to a ring. */
const OPEN = 2.3;

/** The cores on the side of the cut's modes. A core without legs, or with legs of both sides, goes with its uncut bonds. */
export function insiders(draft: Draft, cut: Cut): ReadonlySet<string> {
  const side = new Map<string, boolean>();
  for (const core of draft.cores) {
    const inside = core.legs.filter((leg) => cut.modes.includes(leg)).length;
    if (core.legs.length > 0 && (inside === 0 || inside === core.legs.length)) side.set(core.name, inside > 0);
  }
  const whole = draft.bonds.filter((bond) => !cut.crossing.includes(bond.id));
  for (let before = -1; before < side.size; ) {
    before = side.size;
    for (const bond of whole) {
      const known = bond.cores.find((name) => side.has(name));
      if (known !== undefined) for (const name of bond.cores) if (!side.has(name)) side.set(name, side.get(known) === true);
    }
  }
  return new Set([...side].filter(([, inside]) => inside).map(([name]) => name));
}

/** Cores of one side that hang together by bonds that are not cut. */
export function groups(draft: Draft, side: ReadonlySet<string>, cut: Cut): string[][] {
  const left = new Set(cut.crossing);
  const seen = new Set<string>();
  return draft.cores.flatMap((core) => {
    if (!side.has(core.name) || seen.has(core.name)) return [];
    const group = new Set([core.name]);
    for (const name of group) {
      for (const bond of bondsAt(draft, name)) if (!left.has(bond.id)) for (const other of bond.cores) if (side.has(other)) group.add(other);
    }
    for (const name of group) seen.add(name);
    return [[...group]];
  });
}

/** The pieces of the side that falls into fewer of them, by the names of their cores: a cut is drawn around these. */
export function piecesOf(draft: Draft, cut: Cut): string[][] {
  const inside = cut.inside ?? insiders(draft, cut);
  const outside = new Set(draft.cores.map((core) => core.name).filter((name) => !inside.has(name)));
  const sides = [inside, outside].filter((side) => side.size > 0).map((side) => groups(draft, side, cut));
  const [chosen = []] = sides.sort((a, b) => a.length - b.length || a.flat().length - b.flat().length);
  return chosen;
}

/** Draw a cut around the pieces of a side. */
export function drawCut(scene: Scene, cut: Cut, around: readonly (readonly string[])[]): CutDrawing {
  const at = new Map(scene.cores.map((core) => [core.name, core]));
  const counted = new Set(cut.crossing);
  const cutBonds = scene.bonds.filter((bond) => counted.has(bond.id));
  const pieces = around.map((names) => {
    const crossings = crossingsOf(cutBonds, new Set(names));
    const centre = g.centroid(names.map((name) => at.get(name)).filter((core) => core !== undefined));
    return { crossings, ...trail(crossings, centre) };
  });
  return {
    lines: pieces.map((piece) => piece.line).filter((line) => line !== ""),
    crossings: pieces.flatMap((piece) => piece.crossings),
    ends: pieces.flatMap((piece) => piece.ends),
  };
}

function crossingsOf(bonds: readonly SceneBond[], piece: ReadonlySet<string>): Crossing[] {
  return bonds.flatMap((bond) => {
    const near = bond.cores.filter((name) => piece.has(name));
    if (bond.dot === null) return near.map((name) => across(bond, bond.lines[0] as Curve, name === bond.cores[0], bond.id));
    return near.map((name) => ({ ...across(bond, bond.lines[bond.cores.indexOf(name)] as Curve, false, `${bond.id} ${name}`), spoke: true }));
  });
}

/** Cross a bond beside its rank, nearer to the core that the line goes round. */
function across(bond: SceneBond, line: Curve, fromStart: boolean, key: string): Crossing {
  const half = g.halfPlate(bond.rank);
  const clear = (p: Point): boolean => Math.abs(p.x - bond.label.x) > half + 6 || Math.abs(p.y - bond.label.y) > 15;
  const roomy = (p: Point): boolean => [line.from, line.to].every((end) => distance(p, end) > g.CORE_RADIUS + 7);
  const place = (t: number): Point => g.along(line, fromStart ? t : 1 - t);
  const t = [0.5, 0.36, 0.64, 0.3, 0.7].find((s) => clear(place(s)) && roomy(place(s))) ?? 0.5;
  return { key, at: place(t), along: g.direction(place(t - 0.02), place(t + 0.02)), width: bond.width };
}

const minus = (a: Point, b: Point): Point => ({ x: a.x - b.x, y: a.y - b.y });
const plus = (a: Point, b: Point, times: number): Point => ({ x: a.x + times * b.x, y: a.y + times * b.y });

/** A smooth line through the crossings, in order around the centre, a little longer at its ends. */
function trail(crossings: readonly Crossing[], centre: Point): { line: string; ends: Point[] } {
  const [only] = crossings;
  if (only === undefined) return { line: "", ends: [] };
  if (crossings.length === 1) {
    const normal = { x: -only.along.y, y: only.along.x };
    const length = only.spoke ? LONE / 2 : LONE;
    const ends = [plus(only.at, normal, -length), plus(only.at, normal, length)];
    return { line: smooth(ends, false), ends };
  }
  const { points, open } = inOrder(crossings.map((crossing) => crossing.at), centre);
  if (!open) return { line: smooth(points, true), ends: [] };
  const [first, second] = points as [Point, Point];
  const [beforeLast, last] = points.slice(-2) as [Point, Point];
  const ends = [plus(first, g.direction(second, first), OVERHANG), plus(last, g.direction(beforeLast, last), OVERHANG)];
  return { line: smooth([ends[0] as Point, ...points, ends[1] as Point], false), ends };
}

/** Order points around a centre, beginning after the widest gap. */
export function inOrder(points: readonly Point[], centre: Point): { points: Point[]; open: boolean } {
  const angle = (p: Point): number => Math.atan2(p.y - centre.y, p.x - centre.x);
  const sorted = [...points].sort((a, b) => angle(a) - angle(b));
  let widest = -1;
  let start = 0;
  sorted.forEach((point, k) => {
    const before = sorted[(k + sorted.length - 1) % sorted.length] as Point;
    const gap = (angle(point) - angle(before) + (k === 0 ? 2 * Math.PI : 0));
    if (gap > widest) [widest, start] = [gap, k];
  });
  return { points: [...sorted.slice(start), ...sorted.slice(0, start)], open: sorted.length < 3 || widest >= OPEN };
}

/** A Catmull-Rom curve as a path. */
export function smooth(points: readonly Point[], closed: boolean): string {
  const n = points.length;
  const at = (k: number): Point => points[closed ? (k + n) % n : Math.min(n - 1, Math.max(0, k))] as Point;
  const word = (p: Point): string => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`;
  let path = `M${word(at(0))}`;
  for (let k = 0; k < (closed ? n : n - 1); k++) {
    const [a, b, c, d] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    path += `C${word(plus(b, minus(c, a), 1 / 6))} ${word(plus(c, minus(d, b), -1 / 6))} ${word(c)}`;
  }
  return closed ? `${path}Z` : path;
}
