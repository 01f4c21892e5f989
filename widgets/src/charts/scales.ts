/** Scales, ticks and paths of small charts. Pure. */

import type { Point } from "../ui/plane.js";

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Place of a value between 0 (low end) and 1. */
  at(value: number): number;
}

/** The least value that a logarithmic scale tells from zero. */
export const FLOOR = 1e-12;

/** A logarithmic scale that holds all values with some air, over a factor `span` at least; ticks are round numbers. */
export function logScale(values: readonly number[], air = 1.25, span = 1, most = 6): Scale {
  const fine = values.filter((value) => value > 0 && Number.isFinite(value)).map((value) => Math.max(value, FLOOR));
  const [least, greatest] = fine.length > 0 ? [Math.min(...fine), Math.max(...fine)] : [1, 10];
  const widen = Math.max(1, Math.sqrt((span * least) / greatest)) * air;
  const [low, high] = [least / widen, greatest * widen];
  const [start, length] = [Math.log(low), Math.log(high / low)];
  const at = (value: number): number => (Math.log(Math.max(value, FLOOR)) - start) / length;
  return { low, high, ticks: logTicks(low, high, most), at };
}

/** At most `most` round numbers from `low` to `high`, about evenly apart on a logarithmic axis. */
export function logTicks(low: number, high: number, most: number): number[] {
  for (const factors of [[1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
    const ticks = decades(low, high, 1).flatMap((ten) => factors.map((factor) => Number((factor * ten).toPrecision(3))));
    const seen = ticks.filter((tick) => tick >= low && tick <= high);
    if (seen.length <= most) return seen;
  }
  const all = decades(low, high, 1).filter((tick) => tick >= low && tick <= high);
  const stride = Math.ceil(all.length / most);
  return all.filter((_, place) => place % stride === 0);
}

function decades(low: number, high: number, air: number): number[] {
  const first = Math.floor(Math.log10(low)) - air;
  const count = Math.ceil(Math.log10(high)) - first + 1;
  return Array.from({ length: count }, (_, step) => Number(`1e${first + step}`));
}

/** A round number at or above a step between ticks. */
export function roundStep(least: number): number {
  const ten = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 2.5, 5].find((factor) => factor * ten >= least) ?? 10) * ten;
}

/** A linear scale from zero to a round number above all values. */
export function linearScale(values: readonly number[], most = 6): Scale {
  const top = Math.max(0, ...values.filter(Number.isFinite)) * 1.08 || 1;
  const step = roundStep(top / (most - 1));
  const count = Math.ceil(top / step - 1e-9);
  const high = count * step;
  const ticks = Array.from({ length: count + 1 }, (_, place) => Number((place * step).toPrecision(6)));
  return { low: 0, high, ticks, at: (value) => value / high };
}

/** Those points that no other beats in both coordinates, by rising x: small and accurate. */
export function pareto<P extends Point>(points: readonly P[]): P[] {
  const best: P[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x || a.y - b.y)) {
    const last = best[best.length - 1];
    if (last === undefined || point.y < last.y) best.push(point);
  }
  return best;
}

/** A path that goes right, then down, from best point to best point, and on to the right edge. */
export function stepPath(points: readonly Point[], right: number): string {
  const [first, ...rest] = points;
  if (first === undefined) return "";
  const steps = rest.map((point) => `H${point.x.toFixed(1)}V${point.y.toFixed(1)}`).join("");
  return `M${first.x.toFixed(1)} ${first.y.toFixed(1)}${steps}H${right.toFixed(1)}`;
}

/** A polyline through values at even distances, for a box of this size; null values break nothing, they are left out. */
export function linePath(values: readonly number[], width: number, height: number, at: (value: number) => number): string {
  const last = Math.max(1, values.length - 1);
  return values
    .map((value, place) => ({ x: (place / last) * width, y: (1 - at(value)) * height }))
    .filter((point) => Number.isFinite(point.y))
    .map((point, place) => `${place === 0 ? "M" : "L"}${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
    .join("");
}

/** A round number at or above the value, never far above it. */
export function niceTop(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const ten = 10 ** Math.floor(Math.log10(value));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * ten >= value * 1.02) ?? 12;
  return Number((step * ten).toPrecision(3));
}

export interface Region {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Slanted lines that fill a rectangle. */
export function hatchPath({ left, right, top, bottom }: Region, step: number): string {
  const [width, height] = [right - left, bottom - top];
  if (!(width > 0) || !(height > 0)) return "";
  let path = "";
  for (let shift = step / 2; shift < width + height; shift += step) {
    const [from, to] = [Math.min(shift, width), Math.max(0, shift - height)];
    path += `M${(left + from).toFixed(1)} ${(top + shift - from).toFixed(1)}L${(left + to).toFixed(1)} ${(top + shift - to).toFixed(1)}`;
  }
  return path;
}
