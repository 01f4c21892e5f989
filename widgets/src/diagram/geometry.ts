/** Geometry of a diagram: bond widths and curves, leg directions, places of dots and labels. Pure; diagram units, y down. */

import { type Box, distance, middle, type Point, polar } from "../ui/plane.js";

/** Sizes in diagram units. */
export const CORE_RADIUS = 18;
export const LATENT_RADIUS = 11;
export const DOT_RADIUS = 5;
export const LEG_LENGTH = 42;
export const SPACING = 120;
/** How far the rim, from which bonds are drawn, reaches beyond a core. */
export const RIM = 9;
/** Pixels around the middle of a core, and around the end of a leg, that take it in a small picture, as diagram.css has them. */
export const HIT_PIXELS = 20;
export const END_PIXELS = 13;
/** Distance between the middles of parallel bonds. */
const FAN = 26;
/** How far a bond bends around a core in its way. */
const DETOUR = 46;

/** Half the width of the plate on which the rank of a bond stands. */
export const halfPlate = (rank: number): number => (8.5 * String(rank).length + 10) / 2;

/** The direction from one point to another, of length 1; to the right where they are the same. */
export function direction(from: Point, to: Point): Point {
  const length = distance(from, to);
  return length > 1e-9 ? { x: (to.x - from.x) / length, y: (to.y - from.y) / length } : { x: 1, y: 0 };
}

export const radius = (latent: boolean): number => (latent ? LATENT_RADIUS : CORE_RADIUS);

export function centroid(points: readonly Point[]): Point {
  const n = Math.max(1, points.length);
  return { x: points.reduce((sum, p) => sum + p.x, 0) / n, y: points.reduce((sum, p) => sum + p.y, 0) / n };
}

/** Stroke width of a bond: grows with log rank; rank 1 is a hair (and drawn dashed). */
export const bondWidth = (rank: number): number =>
  rank <= 1 ? 1 : Math.min(13, 1.5 + 1.6 * Math.log2(rank));

/** Sideways offsets of `count` parallel bonds, symmetric about the straight line. */
export const fanOffsets = (count: number): number[] =>
  Array.from({ length: count }, (_, k) => (k - (count - 1) / 2) * FAN);

/** A quadratic curve from `from` to `to` whose middle lies `offset` beside the straight line. */
export interface Curve {
  readonly from: Point;
  readonly to: Point;
  readonly control: Point;
}

export function curve(from: Point, to: Point, offset: number): Curve {
  const length = Math.max(1e-9, distance(from, to));
  const mid = middle(from, to);
  const normal = { x: -(to.y - from.y) / length, y: (to.x - from.x) / length };
  return { from, to, control: { x: mid.x + 2 * offset * normal.x, y: mid.y + 2 * offset * normal.y } };
}

export function along({ from, to, control }: Curve, t: number): Point {
  const s = 1 - t;
  return {
    x: s * s * from.x + 2 * s * t * control.x + t * t * to.x,
    y: s * s * from.y + 2 * s * t * control.y + t * t * to.y,
  };
}

const num = (value: number): string => String(Math.round(value * 100) / 100);

export function curvePath({ from, to, control }: Curve): string {
  return `M${num(from.x)} ${num(from.y)}Q${num(control.x)} ${num(control.y)} ${num(to.x)} ${num(to.y)}`;
}

export function segmentDistance(point: Point, a: Point, b: Point): number {
  const length2 = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  const raw = length2 === 0 ? 0 : ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length2;
  const t = Math.min(1, Math.max(0, raw));
  return distance(point, { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) });
}

/** Offset of a lone bond: 0, or a detour where the straight line would run through another of the cores. */
export function detour(from: Point, to: Point, cores: readonly Point[]): number {
  const near = CORE_RADIUS + 2;
  const [left, right] = [Math.min(from.x, to.x) - near, Math.max(from.x, to.x) + near];
  const [top, bottom] = [Math.min(from.y, to.y) - near, Math.max(from.y, to.y) + near];
  const inWay = (core: Point): boolean =>
    core.x > left && core.x < right && core.y > top && core.y < bottom && core !== from && core !== to && segmentDistance(core, from, to) < near;
  if (!cores.some(inWay)) return 0;
  const others = cores.filter((core) => core !== from && core !== to);
  const room = (offset: number): number => {
    const peak = along(curve(from, to, offset), 0.5);
    return Math.min(...others.map((other) => distance(other, peak)));
  };
  return room(DETOUR) >= room(-DETOUR) ? DETOUR : -DETOUR;
}

/** Directions tried for a leg, around the circle. */
const STEPS = 24;
/** Distance within which an obstacle crowds the end of a leg. */
const ELBOW = 26;
/** How far around a core there can be obstacles of its legs. */
export const LEG_REACH = LEG_LENGTH + ELBOW;
const angleOf = (from: Point, to: Point): number => Math.atan2(to.y - from.y, to.x - from.x);
/** The smaller angle between two directions. */
function gap(a: number, b: number): number {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** How a whole network lies. */
export interface Lie {
  readonly centre: Point;
  /** All cores lie in a row: then legs hang down, as those of a tensor train do, also at its ends. */
  readonly row: boolean;
}

/** The surroundings that a leg avoids. */
export interface Elbowroom extends Lie {
  /** Ends of the core's own bonds. */
  readonly taken: readonly Point[];
  /** Other cores, dots and points of other bonds. */
  readonly obstacles: readonly Point[];
}

/**
 * Angles of `count` legs of a core, each in the widest gap left by its bonds and the legs before it, clear of
 * obstacles. Among equal gaps a leg points away from the network's centre, then down, as papers draw them.
 */
export function legAngles(core: Point, around: Elbowroom, count: number): number[] {
  const used = around.taken.map((other) => angleOf(core, other));
  const away = distance(core, around.centre) > 1 && !around.row ? angleOf(around.centre, core) : Math.PI / 2;
  const near = around.obstacles.filter((other) => distance(other, core) < LEG_REACH);
  const enough = around.row ? Math.PI / 2 : Math.PI;
  const angles: number[] = [];
  for (let k = 0; k < count; k++) {
    const best = widest(used, away, enough, (angle) => crowding(polar(core, angle, LEG_LENGTH), near));
    angles.push(best);
    used.push(best);
  }
  return angles;
}

function widest(used: readonly number[], away: number, enough: number, crowded: (angle: number) => number): number {
  let best = Math.PI / 2;
  let most = -Infinity;
  for (let k = 0; k < STEPS; k++) {
    const angle = Math.PI / 2 - (2 * Math.PI * k) / STEPS;
    let room = enough;
    for (const other of used) room = Math.min(room, gap(angle, other));
    const free = room - 0.05 * gap(angle, away) - 0.03 * gap(angle, Math.PI / 2);
    if (free <= most) continue; // crowding makes no place better
    const score = free - crowded(angle);
    if (score > most + 1e-9) [best, most] = [angle, score];
  }
  return best;
}

const crowding = (end: Point, obstacles: readonly Point[]): number =>
  obstacles.reduce((worst, other) => Math.max(worst, 1.2 * (1 - distance(end, other) / ELBOW)), 0);

/** Circles around the middle of its cores on which a dot is tried, and the distance between them. */
const RINGS = 6;
const RING = 16;

/** Where the dot of a hyper-bond goes: amid its cores, but never under a core or another dot, nor on a bond. */
export function dotPlace(cores: readonly Point[], obstacles: readonly Point[], lines: readonly Point[]): Point {
  const centre = centroid(cores);
  const near = (points: readonly Point[]): Point[] => points.filter((p) => distance(p, centre) < RINGS * RING + CORE_RADIUS + DOT_RADIUS);
  const [discs, strokes] = [near(obstacles), near(lines)];
  const clear = (p: Point, points: readonly Point[], reach: number): boolean =>
    points.every((other) => distance(p, other) > reach + DOT_RADIUS);
  for (let ring = 0; ring < RINGS; ring++) {
    for (let k = 0; k < 8; k++) {
      const place = polar(centre, (k * Math.PI) / 4 - Math.PI / 2, ring * RING);
      if (clear(place, discs, CORE_RADIUS + 4) && clear(place, strokes, 8)) return place;
    }
  }
  return centre;
}

/** Points along a curve, its ends left out. */
export function samples(line: Curve, count = 9): Point[] {
  const points: Point[] = [];
  for (let k = 1; k <= count; k++) points.push(along(line, k / (count + 1)));
  return points;
}

/** Return the smallest box around the points, widened by `margin`; a unit box around 0 for none. */
export function bounds(points: readonly Point[], margin: number): Box {
  if (points.length === 0) return { x: -margin, y: -margin, width: 2 * margin, height: 2 * margin };
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [x, y] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return { x, y, width: Math.max(...xs) + margin - x, height: Math.max(...ys) + margin - y };
}

