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
/** Distance between the middles of parallel bonds. */
const FAN = 26;
/** How far a bond bends around a core in its way. */
const DETOUR = 46;

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

/** Offset of a lone bond: 0, or a detour where the straight line would run through another core. */
export function detour(from: Point, to: Point, others: readonly Point[]): number {
  const blocked = others.some((other) => segmentDistance(other, from, to) < CORE_RADIUS + 2);
  if (!blocked) return 0;
  const room = (offset: number): number => {
    const top = along(curve(from, to, offset), 0.5);
    return Math.min(...others.map((other) => distance(other, top)));
  };
  return room(DETOUR) >= room(-DETOUR) ? DETOUR : -DETOUR;
}

/** Directions tried for a leg, around the circle. */
const STEPS = 24;
/** Distance within which an obstacle crowds the end of a leg. */
const ELBOW = 26;
const angleOf = (from: Point, to: Point): number => Math.atan2(to.y - from.y, to.x - from.x);
const gap = (a: number, b: number): number => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));

/** The surroundings that a leg avoids. */
export interface Surroundings {
  /** Ends of the core's own bonds. */
  readonly taken: readonly Point[];
  /** Other cores, dots and points of other bonds. */
  readonly obstacles: readonly Point[];
  readonly centre: Point;
  /** All cores lie in a row: then legs hang down, as those of a tensor train do, also at its ends. */
  readonly row: boolean;
}

/**
 * Angles of `count` legs of a core, each in the widest gap left by its bonds and the legs before it, clear of
 * obstacles. Among equal gaps a leg points away from the network's centre, then down, as papers draw them.
 */
export function legAngles(core: Point, around: Surroundings, count: number): number[] {
  const used = around.taken.map((other) => angleOf(core, other));
  const away = distance(core, around.centre) > 1 && !around.row ? angleOf(around.centre, core) : Math.PI / 2;
  const near = around.obstacles.filter((other) => distance(other, core) < LEG_LENGTH + ELBOW);
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
    const room = Math.min(enough, ...used.map((other) => gap(angle, other)));
    const score = room - crowded(angle) - 0.05 * gap(angle, away) - 0.03 * gap(angle, Math.PI / 2);
    if (score > most + 1e-9) [best, most] = [angle, score];
  }
  return best;
}

const crowding = (end: Point, obstacles: readonly Point[]): number =>
  obstacles.reduce((worst, other) => Math.max(worst, 1.2 * (1 - distance(end, other) / ELBOW)), 0);

/** Where the dot of a hyper-bond goes: amid its cores, but never under a core or another dot, nor on a bond. */
export function dotPlace(cores: readonly Point[], obstacles: readonly Point[], lines: readonly Point[]): Point {
  const centre = centroid(cores);
  const clear = (p: Point, points: readonly Point[], reach: number): boolean =>
    points.every((other) => distance(p, other) > reach + DOT_RADIUS);
  for (let ring = 0; ring < 6; ring++) {
    for (let k = 0; k < 8; k++) {
      const place = polar(centre, (k * Math.PI) / 4 - Math.PI / 2, ring * 16);
      if (clear(place, obstacles, CORE_RADIUS + 4) && clear(place, lines, 8)) return place;
    }
  }
  return centre;
}

/** Points along a curve, its ends left out. */
export const samples = (line: Curve, count = 9): Point[] =>
  Array.from({ length: count }, (_, k) => along(line, (k + 1) / (count + 1)));

/** A curve as points, and the disc that holds them. */
export interface Trace {
  readonly line: Curve;
  readonly points: readonly Point[];
  readonly mid: Point;
  readonly reach: number;
}

export const trace = (line: Curve, count = 9): Trace => ({
  line,
  points: samples(line, count),
  mid: along(line, 0.5),
  reach: distance(line.from, line.control),
});

/** Distance from which on more room around a label counts no more. */
const LABEL_ROOM = 24;

/** Choose for each curve the place of its label: near the middle, clear of cores, other labels and other bonds. */
export function placeLabels(curves: readonly Curve[], cores: readonly Point[]): Point[] {
  const traces = curves.map((line) => trace(line, 15));
  const placed: Point[] = [];
  curves.forEach((line, index) => {
    const own = traces[index] as Trace;
    const reach = 0.5 * own.reach + LABEL_ROOM;
    const near = <T extends Point>(points: readonly T[], slack = 0): T[] => points.filter((p) => distance(p, own.mid) < reach + slack);
    const others = traces.filter((other, k) => k !== index && distance(other.mid, own.mid) < reach + other.reach);
    const [labels, bonds, discs] = [near(placed), near(others.flatMap((other) => other.points)), near(cores, CORE_RADIUS)];
    const room = (spot: Point): number =>
      Math.min(
        LABEL_ROOM,
        ...labels.map((label) => distance(spot, label)),
        ...bonds.map((point) => distance(spot, point) + 8),
        ...discs.map((core) => distance(spot, core) - CORE_RADIUS),
      );
    const spots = [0.5, 0.42, 0.58, 0.35, 0.65, 0.29, 0.71].map((t) => along(line, t));
    placed.push(spots.reduce((best, spot) => (room(spot) > room(best) + 2 ? spot : best)));
  });
  return placed;
}

/** Return the smallest box around the points, widened by `margin`; a unit box around 0 for none. */
export function bounds(points: readonly Point[], margin: number): Box {
  if (points.length === 0) return { x: -margin, y: -margin, width: 2 * margin, height: 2 * margin };
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const [x, y] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return { x, y, width: Math.max(...xs) + margin - x, height: Math.max(...ys) + margin - y };
}

