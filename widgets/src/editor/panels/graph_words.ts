/** Words for the measures of the network's graph: two cores or legs compared, bottlenecks named. Pure. */

import { count, type Selection } from "../../structure/selection.js";
import { bondLabel, carrier, type Draft } from "../../structure/structure.js";
import { formatCount } from "../../ui/format.js";
import type { Between } from "../../wire/editor_state.js";

export const GRAPH_STORY =
  "Measure the graph (G): beside each bond its leverage, the share of spanning trees that use it (1: the network falls apart without it); " +
  "brackets mark the bottleneck, the bonds of the least cut between any two cores with legs. Select two cores or legs for their effective " +
  "resistance (every bond a resistor of 1) and their least cut rank, the least product of ranks that separates them.";

/** Two things to compare, and the places of their cores. */
export interface Ends {
  readonly cores: readonly [number, number];
  readonly words: string;
}

/** The two cores or legs that are selected; null where it is anything else. */
export function endsOf(draft: Draft, selection: Selection): Ends | null {
  const { cores, legs } = selection;
  if (count(selection) !== 2 || cores.length + legs.length !== 2) return null;
  const places = [...cores, ...legs.map((mode) => carrier(draft, mode))].map((name) => draft.cores.findIndex((core) => core.name === name));
  const [a = -1, b = -1] = places;
  if (a < 0 || b < 0) return null;
  if (legs.length === 0) return { cores: [a, b], words: `cores ${cores[0]} and ${cores[1]}` };
  if (cores.length === 0) return { cores: [a, b], words: `modes ${Math.min(...legs)} and ${Math.max(...legs)}` };
  return { cores: [a, b], words: `core ${cores[0]} and mode ${legs[0]}` };
}

/** Bonds named before the rest is counted. */
const MOST_NAMES = 6;

/** A few bonds by their labels. */
export function bondNames(draft: Draft, bonds: readonly number[]): string {
  const names = bonds.flatMap((place) => draft.bonds[place] ?? []).map(bondLabel);
  const more = names.length - MOST_NAMES;
  return more > 1 ? `${names.slice(0, MOST_NAMES).join(", ")} and ${more} more` : names.join(", ");
}

/** "modes 0 and 3: effective resistance 1.33, least cut rank 12 through A-B, C-D" */
export function pairWords(draft: Draft, ends: Ends, between: Between | null): string {
  if (ends.cores[0] === ends.cores[1]) return `${ends.words}: on one core, nothing separates them`;
  if (between === null) return "";
  const rank = between.cut_rank >= 2 ** 53 ? "above 9e15" : formatCount(between.cut_rank);
  return `${ends.words}: effective resistance ${between.resistance.toFixed(2)}, least cut rank ${rank} through ${bondNames(draft, between.bonds)}`;
}

/** The measures of one bond in words. */
export const bondWords = (leverage: number, narrow: boolean): string => `leverage ${leverage.toFixed(2)}${narrow ? ", bottleneck" : ""}`;

/** The place of the bottleneck with the least rank, which carries the label; -1 where all bonds are equally narrow. */
export function narrowestOf(draft: Draft, bottlenecks: readonly number[]): number {
  const rank = (place: number): number => draft.bonds[place]?.rank ?? Infinity;
  const all = bottlenecks.length > 1 && bottlenecks.length === draft.bonds.length;
  if (all && bottlenecks.every((place) => rank(place) === rank(bottlenecks[0] as number))) return -1;
  return bottlenecks.reduce((best, place) => (rank(place) < rank(best) ? place : best), bottlenecks[0] ?? -1);
}

/** With nothing selected: where the network is narrowest. */
export function bottleneckWords(draft: Draft, bottlenecks: readonly number[]): string {
  if (bottlenecks.length === 0) return "";
  if (narrowestOf(draft, bottlenecks) < 0) return "no bottleneck: all bonds are equally narrow";
  return `bottleneck: ${bondNames(draft, bottlenecks)}`;
}
