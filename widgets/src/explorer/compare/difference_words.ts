/** What sets two pins apart, and how far random starts lie apart, in words. Pure. */

import { formatCount, formatError } from "../../ui/format.js";
import type { PinRecord, StartRecord } from "../../wire/explorer_state.js";

type Compared = Pick<PinRecord, "parameters" | "relative_error">;

/** Percentage points, with as many digits as tell the two apart. */
function points(value: number): string {
  const percent = Math.abs(100 * value);
  const shown = Number(percent.toPrecision(percent < 1 ? 1 : 2));
  return `${shown} percentage point${shown === 1 ? "" : "s"}`;
}

/** How B differs from A, e.g. "B needs 312 fewer numbers, and its error is 0.8 percentage points higher." */
export function differenceWords(a: Compared, b: Compared): string {
  const more = b.parameters - a.parameters;
  const size = more === 0 ? "Both need as many numbers" : `B needs ${formatCount(Math.abs(more))} ${more < 0 ? "fewer" : "more"} number${Math.abs(more) === 1 ? "" : "s"}`;
  if (a.relative_error === null || b.relative_error === null) return `${size}; the error is not known of both.`;
  const higher = b.relative_error - a.relative_error;
  if (formatError(a.relative_error) === formatError(b.relative_error)) return `${size}, ${more === 0 ? "and their errors are" : "and its error is"} the same to four digits.`;
  const error = `its error is ${points(higher)} ${higher > 0 ? "higher" : "lower"}`;
  if (more === 0) return `${size}, and of B ${error.replace("its error", "the error")}.`;
  return `${size}, ${more < 0 === higher > 0 ? "but" : "and"} ${error}.`;
}

/** What the random starts tried have reached, e.g. "5 starts reached errors from 0.1405 (seed 9) to 0.1502 (seed 7): 6.9 % apart." */
export function spreadWords(starts: readonly StartRecord[]): string {
  if (starts.length === 0) return "";
  const ordered = [...starts].sort((a, b) => a.relative_error - b.relative_error);
  const [best, worst] = [ordered[0] as StartRecord, ordered[ordered.length - 1] as StartRecord];
  if (best === worst) return `1 start reached an error of ${formatError(best.relative_error)}.`;
  const [low, high] = [formatError(best.relative_error), formatError(worst.relative_error)];
  if (low === high) return `${starts.length} starts reached the same error, ${low}.`;
  const apart = best.relative_error > 0 ? `: ${Number((100 * (worst.relative_error / best.relative_error - 1)).toPrecision(2))} % apart` : "";
  return `${starts.length} starts reached errors from ${low} (seed ${best.seed}) to ${high} (seed ${worst.seed})${apart}.`;
}
