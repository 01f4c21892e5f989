/** What is on the page, in one sentence for a person who has not seen a tensor network before. Pure. */

import { formatCount, formatRatio } from "../../ui/format.js";
import type { DataRecord } from "../../wire/data_state.js";
import type { FitState } from "../../wire/explorer_state.js";
import type { Word } from "./glossary.js";

/** A part of the sentence: a text, or a word of the glossary as it is written here. */
export type Part = string | { word: Word; text: string };

export interface OnPage {
  data: DataRecord | null;
  cores: number;
  ranks: readonly number[];
  parameters: number;
  /** The newest report of the fit of this very structure; null where there is none yet. */
  fit: FitState | null;
}

const KINDS = { image: "a picture", slices: "a stack of slices", curve: "a series" } as const;

export function plainWords({ data, cores, ranks, parameters, fit }: OnPage): Part[] {
  if (data === null) return [];
  const what = data.what || KINDS[data.kind];
  const times = data.size / parameters;
  const size = times >= 1 ? `${formatRatio(times)} times fewer` : `${formatRatio(1 / times)} times more: too many to be worth it`;
  return [
    `${what.charAt(0).toUpperCase()}${what.slice(1)} of ${formatCount(data.size)} numbers, kept by a `, { word: "network", text: "network" }, " of ",
    { word: "core", text: counted(cores, "core") }, ...bonds(ranks), " in ", { word: "parameters", text: `${formatCount(parameters)} numbers` }, `: ${size}, `, ...errorParts(fit),
  ];
}

const counted = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;

function bonds(ranks: readonly number[]): Part[] {
  if (ranks.length === 0) return [" without ", { word: "bond", text: "bonds" }];
  const [least, most] = [Math.min(...ranks), Math.max(...ranks)];
  const span = least === most ? formatCount(most) : `${formatCount(least)} to ${formatCount(most)}`;
  return [" and ", { word: "bond", text: counted(ranks.length, "bond") }, " of ", { word: "rank", text: `rank ${span}` }];
}

function errorParts(fit: FitState | null): Part[] {
  const word: Part = { word: "relative error", text: "relative error" };
  if (fit?.state === "FAILED") return ["which could not be fitted."];
  if (fit === null || fit.relative_error === null) return ["with a ", word, " that is being computed."];
  return ["with a ", word, ` of ${percent(fit.relative_error)}${fit.running ? " so far" : ""}.`];
}

/** An error as a share: 14 %, 1.4 %, 0.14 %; below a ten-thousandth as a power of ten, and nothing but a true zero as 0. */
export function percent(error: number): string {
  if (error === 0) return "0 %, exactly";
  const share = 100 * error;
  if (share < 0.01) return `${error.toExponential(0)} (about nothing)`;
  return `${share < 10 ? Number(share.toPrecision(2)) : Math.round(share)}\u202f%`;
}
