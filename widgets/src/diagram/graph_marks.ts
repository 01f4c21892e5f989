/** Places of the graph's measures in a drawing: words beside ranks, brackets on bottlenecks. Pure. */

import * as g from "./geometry.js";
import { Crowd } from "./crowd.js";
import { distance, type Point } from "../ui/plane.js";
import type { Curve } from "./geometry.js";
import type { Scene, SceneBond } from "./scene.js";

export interface Mark {
  readonly id: string;
  /** The middle of its words. */
  readonly at: Point;
  readonly words: readonly string[];
  /** The path of its brackets, or "". */
  readonly brackets: string;
}

export interface Measured {
  readonly words: readonly string[];
  readonly narrow: boolean;
}

/** Height of a line of words, in diagram units as all lengths here. */
export const LINE_HEIGHT = 13;
/** Width of a letter. */
const LETTER = 6.4;
/** Half the height of the plate behind a rank. */
const PLATE = 9.5;
/** Distance from which on more room around words counts no more. */
const ROOM = 12;

/** Words as a box: its middle and half its extent. */
interface Block {
  readonly at: Point;
  readonly half: Point;
}

/** What words keep clear of, as a box: a core, a plate, other words, a point of a bond. */
interface Obstacle extends Point {
  readonly half: Point;
  /** How much further away it counts. */
  readonly slack: number;
  /** The bond that it belongs to, by place; -1 for none. */
  readonly owner: number;
  readonly plate?: boolean;
}

const DOT: Point = { x: 0, y: 0 };

/** Place the words of every bond that has some beside its rank, where there is most room. */
export function graphMarks(scene: Scene, measured: ReadonlyMap<string, Measured>): Mark[] {
  const centre = g.centroid(scene.cores);
  const crowd = new Crowd<Obstacle>();
  const widest = { x: 0, y: 0 };
  const take = ({ x, y }: Point, thing: Omit<Obstacle, "x" | "y">): void => {
    crowd.add({ x, y, ...thing });
    widest.x = Math.max(widest.x, thing.half.x - thing.slack);
    widest.y = Math.max(widest.y, thing.half.y - thing.slack);
  };
  for (const core of scene.cores) take(core, { half: DOT, slack: -core.radius, owner: -1 });
  for (const leg of scene.legs) for (const at of [leg.end, leg.label]) take(at, { half: { x: 6, y: 6 }, slack: 0, owner: -1 });
  scene.bonds.forEach((bond, owner) => {
    take(bond.label, { half: { x: g.halfPlate(bond.rank), y: PLATE }, slack: 0, owner, plate: true });
    for (const line of bond.lines) for (const point of g.samples(line, 25)) take(point, { half: DOT, slack: 2, owner });
  });
  return scene.bonds.flatMap((bond, place) => {
    const known = measured.get(bond.id);
    if (known === undefined) return [];
    const half = { x: (LETTER * Math.max(...known.words.map((word) => word.length))) / 2, y: (LINE_HEIGHT * known.words.length) / 2 };
    const roomAt = (at: Point): number => {
      let room = ROOM;
      crowd.around(at, { x: half.x + widest.x + ROOM, y: half.y + widest.y + ROOM }, (other) => {
        if (other.plate && other.owner === place) return;
        const slack = other.owner === place ? OWN_SLACK : other.slack;
        room = Math.min(room, apart({ at, half: { x: half.x + other.half.x, y: half.y + other.half.y } }, other) + slack);
      });
      return room;
    };
    let [at, most] = [centre, -Infinity];
    for (const spot of spots(bond, half, centre)) {
      const room = roomAt(spot);
      if (room > most + 1) [at, most] = [spot, room];
      if (most >= ROOM - 1) break; // no other spot can have enough more
    }
    take(at, { half, slack: 0, owner: -1 });
    return { id: bond.id, at, words: known.words, brackets: known.narrow ? brackets(bond) : "" };
  });
}

/** How much further away a bond's own line counts for its words. */
const OWN_SLACK = 5;

/** Marks that go along with a drag: words keep their place beside the rank of their bond. */
export function followed(marks: readonly Mark[], before: Scene, scene: Scene): readonly Mark[] {
  const old = new Map(before.bonds.map((bond) => [bond.id, bond]));
  const now = new Map(scene.bonds.map((bond) => [bond.id, bond]));
  return marks.map((mark) => {
    const [was, is] = [old.get(mark.id), now.get(mark.id)];
    if (was === undefined || is === undefined || was === is) return mark;
    const at = { x: mark.at.x + is.label.x - was.label.x, y: mark.at.y + is.label.y - was.label.y };
    return { ...mark, at, brackets: mark.brackets === "" ? "" : brackets(is) };
  });
}

/** Distance of a point from a box. */
const apart = ({ at, half }: Block, p: Point): number =>
  distance({ x: Math.max(0, Math.abs(p.x - at.x) - half.x), y: Math.max(0, Math.abs(p.y - at.y) - half.y) }, { x: 0, y: 0 });

/**
 * Places for words on both sides of a bond, past its rank or before it, the first away from the centre; the last ones
 * are on the bond itself, for where words beside it would seem to belong to another.
 */
function spots(bond: SceneBond, half: Point, centre: Point): [Point, ...Point[]] {
  const beside = (normal: Point, shift = 0, further = 0): Point => {
    const [x, y] = [Math.abs(normal.x), Math.abs(normal.y)];
    const away = Math.max(bond.width / 2, x * g.halfPlate(bond.rank) + y * PLATE) + 1 + x * half.x + y * half.y + further;
    return { x: bond.label.x + away * normal.x - shift * normal.y, y: bond.label.y + away * normal.y + shift * normal.x };
  };
  if (bond.dot !== null) return [beside({ x: 1, y: 0 }), beside({ x: 0, y: -1 }), beside({ x: -1, y: 0 }), beside({ x: 0, y: 1 })];
  const { x, y } = directionNear(bond.lines[0] as Curve, bond.label);
  const [a, b] = [{ x: y, y: -x }, { x: -y, y: x }];
  const outward = distance(beside(b), centre) > distance(beside(a), centre) + 1 ? [b, a] : [a, b];
  const [first, ...rest] = SHIFTS.flatMap((shift) => outward.map((normal) => beside(normal, shift)));
  const onIt = [0, 10, 20, 30].flatMap((further) => [beside({ x, y }, 0, further), beside({ x: -x, y: -y }, 0, further)]);
  return [first as Point, ...rest, ...onIt];
}

/** How far words may stand along the bond from its rank. */
const SHIFTS = [0, 12, -12, 24, -24];

/** Direction of a curve, of length 1, where it is nearest to a point. */
function directionNear(line: Curve, near: Point): Point {
  const steps = Array.from({ length: 21 }, (_, k) => k / 20);
  const t = steps.reduce((best, step) => (distance(g.along(line, step), near) < distance(g.along(line, best), near) ? step : best), 0);
  return g.direction(g.along(line, Math.max(0, t - 0.05)), g.along(line, Math.min(1, t + 0.05)));
}

/** Distance of a bracket from the middle of its core, and the length of its ends. */
const CLEAR = g.CORE_RADIUS + 10;
const HOOK = 4;

/** A bracket across a bond at every core that it joins, open to its middle: [ 3 ]. */
function brackets(bond: SceneBond): string {
  const ends = bond.lines.flatMap((line) => (bond.dot === null ? [line, reversed(line)] : [reversed(line)]));
  return ends.map((line) => bracket(line, bond.width)).join("");
}

const reversed = ({ from, to, control }: Curve): Curve => ({ from: to, to: from, control });

/** A bracket near the start of a curve. */
function bracket(line: Curve, width: number): string {
  const t = Math.min(0.4, CLEAR / Math.max(1, distance(line.from, line.to)));
  const at = g.along(line, t);
  const { x, y } = g.direction(g.along(line, t - 0.02), g.along(line, t + 0.02));
  const half = width / 2 + 6;
  const point = (across: number, ahead: number): string =>
    `${(at.x - across * y + ahead * x).toFixed(1)} ${(at.y + across * x + ahead * y).toFixed(1)}`;
  return `M${point(-half, HOOK)}L${point(-half, 0)}L${point(half, 0)}L${point(half, HOOK)}`;
}
