/** The standing of lanes: which one leads, and how far its best is above the proved bound. Pure. */

import { ceilRatio } from "../../ui/format.js";
import type { Incumbent, Lane, ParameterBound } from "../../wire/workbench_state.js";

/** The lane that is ahead: fewest parameters at the target, or nearest to it where none is there yet. */
export function leading(lanes: readonly Lane[]): Lane | null {
  const behind = (a: Incumbent, b: Incumbent): boolean =>
    a.reached !== b.reached ? b.reached : a.reached ? b.parameters < a.parameters : b.relative_error < a.relative_error;
  return lanes.reduce<Lane | null>((best, lane) => (lane.incumbent && (!best?.incumbent || behind(best.incumbent, lane.incumbent)) ? lane : best), null);
}

/** How much could be left to gain at most: best parameters over the proved bound, minus 1. */
export function commonGap(lanes: readonly Lane[], bound: ParameterBound | null): number | null {
  const best = leading(lanes)?.incumbent;
  return best?.reached && bound !== null && bound.parameters > 0 ? best.parameters / bound.parameters - 1 : null;
}

/** The same for one lane, over its own bound where it has one. */
export function gapOf(lane: Lane, bound: number | null): number | null {
  const least = lane.bound ?? bound;
  return lane.incumbent?.reached && least ? lane.incumbent.parameters / least - 1 : null;
}

/** A gap as a percentage, rounded up, as it says how much could be left to gain at most; "none" where nothing is. */
export const gapPercent = (gap: number): string => (gap <= 0 ? "none" : gap < 0.1 ? `${ceilRatio(100 * gap)} %` : `${ceilRatio(Math.ceil(100 * gap - 1e-9))} %`);

