/** Certificates in words. A lower bound is rounded down, an upper bound up, so that the words never claim more than is proved. Pure. */

import { ceilError, ceilRatio, floorError, floorShort, formatCount, formatError } from "../ui/format.js";
import type { StructureRecord } from "../wire/editor_state.js";
import type { ErrorBound, MinimumState } from "../wire/explorer_state.js";

const far = (bound: ErrorBound): string => (bound.complete ? "" : `, so far (${formatCount(bound.cuts)} of ${formatCount(bound.all_cuts)} cuts)`);

/** After "no fit of this structure". */
export const boundWords = (bound: ErrorBound): string => `can be below ${floorError(bound.error_bound)}${far(bound)}`;

export const noBoundWords = (bound: ErrorBound): string => `no cut limits the error of this structure${far(bound)}`;

/** The bound in the line that opens its proof. */
export function foldWords(bound: ErrorBound | null, edit: string): string {
  if (bound === null || bound.edit !== edit) return "\u2026";
  return bound.error_bound > 0 ? `${floorError(bound.error_bound)}${bound.complete ? "" : " so far"}` : "nothing known";
}

/** After "the best fit is". */
export const upperWords = (bound: ErrorBound): string => (bound.upper === null ? "" : `certainly not above ${ceilError(bound.upper)}`);

/** Modes 0, 1, 2, 5 as "0-2, 5". */
export function modeRuns(modes: readonly number[]): string {
  const sorted = [...modes].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const mode of sorted) {
    const run = runs[runs.length - 1];
    if (run !== undefined && mode === (run[run.length - 1] ?? -2) + 1) run.push(mode);
    else runs.push([mode]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}\u2013${run[run.length - 1]}` : run.join(", "))).join(", ");
}

/** The two sides of a cut, that with mode 0 first: "modes 0, 1 | 2, 3". */
export function cutModes(cut: readonly number[], order: number): string {
  const all = Array.from({ length: order }, (_, mode) => mode);
  const rest = all.filter((mode) => !cut.includes(mode));
  const [first, second] = cut.includes(0) ? [cut, rest] : [rest, cut];
  return `modes ${modeRuns(first)} | ${modeRuns(second)}`;
}

export const cutWords = (bound: ErrorBound, order: number): string =>
  bound.cut.length === 0 ? "" : `${cutModes(bound.cut, order)}, cut rank ${formatCount(bound.cut_rank)}`;

/** How much one more rank on a bond can lower the error at most; before a fit, the error that stays out of reach. */
export function oneMoreWords(bound: ErrorBound, index: number, error: number | null): string {
  const next = bound.one_more[index];
  if (next === undefined) return "";
  if (error === null) return next > 0 ? `one more rank: still no fit of it below ${floorError(next)}` : "";
  const gain = error - next;
  if (gain <= 0) return "one more rank: no gain possible";
  if (next === 0) return "one more rank: no cut limits the gain";
  const [most, whole] = [ceilError(gain), formatError(error)]; // rounded up, the gain may look larger than the error
  return `one more rank: error can fall by at most ${Number(most) > Number(whole) ? whole : most}`;
}

/** Exp of the entropy of the squared singular values: how many of them carry the weight. */
export function effectiveRank(values: readonly number[]): number {
  const squares = values.map((value) => value * value);
  const total = squares.reduce((sum, square) => sum + square, 0);
  if (!(total > 0)) return 0;
  const parts = squares.map((square) => square / total).filter((part) => part > 0);
  return Math.exp(-parts.reduce((sum, part) => sum + part * Math.log(part), 0));
}

/** Whether the proof of a minimum speaks about a structure: any if it is for all networks, else one core per mode and no hyper-bonds. */
export const inScope = (structure: StructureRecord, family: string): boolean =>
  family === "latent" || (structure.cores.every((core) => core.legs.length === 1) && structure.bonds.every((bond) => bond.cores.length === 2));

/** What a minimum is proved of: the target error and the family. */
export function minimumTerm(minimum: MinimumState | null, target: number): string {
  return minimum === null ? `minimum for ${floorShort(target)}` : `proved minimum for ${floorShort(minimum.target)}, ${minimum.kind}`;
}

export function minimumWords(minimum: MinimumState): string {
  if (minimum.parameters === null) return minimum.running ? "searching" : "none known";
  return minimum.proved ? formatCount(minimum.parameters) : `at least ${formatCount(minimum.parameters)}`;
}

/** How far the structure drawn is from the minimum. */
export function gapWords(minimum: MinimumState, parameters: number, comparable: boolean): string {
  if (minimum.parameters === null) return "";
  if (!comparable) return "not for this structure";
  if (parameters < minimum.parameters) return "this one has fewer: out of reach";
  return `gap ${minimum.proved ? "" : "\u2264 "}${ceilRatio(parameters / minimum.parameters)}\u202f\u00d7`;
}

/** The statement of a proved minimum with its scope and what it leaves open. */
export function minimumStory(minimum: MinimumState): string {
  const target = floorShort(minimum.target);
  if (minimum.parameters === null) {
    const why = "The ranks that the cuts of the tensor need give the fewest parameters";
    return minimum.running ? `${why} for a relative error of ${target}; the search is running.` : `No minimum is known for this tensor and a relative error of ${target}.`;
  }
  const claim = `Of ${minimum.kind}, none with fewer than ${formatCount(minimum.parameters)} parameters reaches a relative error of ${target}.`;
  const open = minimum.incumbent === null ? "" : ` No cut rules out ${formatCount(minimum.incumbent)}; whether a network with so many reaches it, only a fit can say.`;
  return `${claim} ${minimum.scope}${open}${minimum.running ? " The search is running." : ""}`;
}
