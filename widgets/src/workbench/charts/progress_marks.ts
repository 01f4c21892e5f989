/** Drawing of the progress chart: stepped lines, their ends with names, and the proved bound. */

import type { Plot } from "../../charts/plot.js";
import { HATCH } from "../../charts/marks.js";
import { hatchPath, niceTop, stepPath } from "../../charts/scales.js";
import { setAttributes, setText, svg } from "../../ui/dom.js";
import { formatCount } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import type { Point } from "../../ui/plane.js";
import type { BestSoFar, Improvement } from "../lanes/best_so_far.js";
import { colourOf, shapePath } from "../lanes/lane_looks.js";
import type { LanePoints } from "../lanes/lane_points.js";
import { gapPercent } from "../lanes/standings.js";

export type Clock = "evaluations" | "seconds";

export interface ProgressLane {
  readonly id: number;
  readonly name: string;
  readonly look: number;
  readonly points: LanePoints;
  readonly best: BestSoFar;
  /** Evaluations so far, including those whose points have not arrived. */
  readonly evaluations: number;
  readonly seconds: number;
}

export interface ProgressState {
  lanes: readonly ProgressLane[];
  target: number;
  bound: { parameters: number; proved: boolean; kind: string } | null;
  /** Best parameters over the bound, minus 1. */
  gap: number | null;
  clock: Clock;
  log: boolean;
}

/** The position of an improvement on the axis of x. */
export const clockOf = (step: { number: number; seconds: number }, clock: Clock): number => (clock === "seconds" ? step.seconds : step.number);
/** The pixels of an improvement. */
export const stepPlace = (step: Improvement, clock: Clock, plot: Plot): Point => ({ x: plot.x(clockOf(step, clock)), y: plot.y(step.parameters) });
const endOf = (lane: ProgressLane, clock: Clock): number => (clock === "seconds" ? lane.seconds : Math.max(lane.points.count, lane.evaluations));

export function wholeOf({ lanes, bound, clock }: ProgressState, plot: Plot): Plot["window"] {
  const counts = [...lanes.flatMap(({ best }) => best.steps.slice(0, 1).concat(best.steps.slice(-1)).map((step) => step.parameters)), ...(bound ? [bound.parameters] : [])];
  const [least, most] = counts.length > 0 ? [Math.min(...counts), Math.max(...counts)] : [100, 1000];
  const end = niceTop(Math.max(clock === "seconds" ? 1 : 10, ...lanes.map((lane) => endOf(lane, clock))));
  const first = Math.min(...lanes.flatMap(({ best }) => best.steps.slice(0, 1).map((step) => clockOf(step, clock))), end / 10);
  const start = plot.logX ? Math.max(clock === "seconds" ? 0.01 : 1, first) : 0;
  const { low, high } = plot.holding([start, end], [least / 1.08, Math.max(most, 1.5 * least)], 0.08);
  const { left, right } = plot.holding([start, end], [1, 2], 0);
  return { left, right, low, high };
}

export function drawBound(group: SVGElement, { bound, gap }: ProgressState, plot: Plot): void {
  const [hatch, line, words] = group.children as unknown as [Element, Element, Element];
  const { left, top, right, bottom } = plot.frame;
  const y = bound ? plot.y(bound.parameters) : NaN;
  const shown = y >= top;
  setAttributes(group, { visibility: shown ? null : "hidden", "data-field": "bound", "data-value": bound?.parameters });
  if (!shown || bound === null) return;
  const edge = Math.min(y, bottom);
  setAttributes(hatch, { d: hatchPath({ left, right, top: edge, bottom }, HATCH) });
  setAttributes(line, { d: y <= bottom ? `M${left} ${y}H${right}` : "" });
  setAttributes(words, { x: right - 2, y: Math.min(y + 14, bottom - 4), visibility: y <= bottom ? null : "hidden" });
  const least = `no fewer than ${formatCount(bound.parameters)}`;
  const proved = `proved for ${bound.kind}`;
  setText(words, gap === null ? `${proved}: ${least}` : gap <= 0 ? `${proved}: nothing smaller` : `${proved}: ${least} \u00b7 gap ${gapPercent(gap)}`);
}

/** Pixels that a line may leave the frame by: its ends are cut off unseen, and browsers draw no path of a million pixels. */
const BEYOND = 20;

/** The steps of a lane as a path within the frame: down at an improvement, on to where the lane is now. */
function laneLine(lane: ProgressLane, clock: Clock, plot: Plot): string {
  const places = lane.best.steps.map((step) => plot.clamp(stepPlace(step, clock, plot), BEYOND));
  return stepPath(places, plot.clamp({ x: plot.x(endOf(lane, clock)), y: 0 }, BEYOND).x);
}

export function drawLines(group: SVGElement, { lanes, clock }: ProgressState, plot: Plot): void {
  const { left, top, right, bottom } = plot.frame;
  const [width, height] = [right - left, bottom - top + 8]; // an SVG of its own cuts off what leaves the frame
  setAttributes(group, { x: left, y: top - 8, width, height, viewBox: `${left} ${top - 8} ${width} ${height}` });
  keyed(group, lanes, {
    key: ({ id }) => String(id),
    make: () => svg("path", { class: "tnw-line" }),
    update(element, lane) {
      setAttributes(element, { d: laneLine(lane, clock, plot), "data-lane": lane.id });
      element.style.stroke = colourOf(lane.look);
    },
  });
}

/** Pixels from one name to the next at least: the height of a line of text. */
const LINE = 14;

/** At its end every line has its shape and its name, none over another. */
export function drawEnds(group: SVGElement, { lanes, clock }: ProgressState, plot: Plot): void {
  const { left, right, top, bottom } = plot.frame;
  const places = lanes.flatMap((lane) => {
    const last = lane.best.steps[lane.best.steps.length - 1];
    const [x, y] = last ? [plot.x(endOf(lane, clock)), plot.y(last.parameters)] : [NaN, NaN];
    return x >= left && y >= top - 4 && y <= bottom + 1 ? [{ lane, x: Math.min(x, right), y, words: y - 6 }] : [];
  }).sort((a, b) => b.y - a.y);
  places.forEach((place, k) => (place.words = Math.min(place.words, (places[k - 1]?.words ?? Infinity) - LINE)));
  const make = (): SVGGElement => svg("g", {}, svg("path", { class: "tnw-best" }), svg("text", { class: "tnw-name", "text-anchor": "end" }));
  const update = (element: SVGGElement, { lane, x, y, words }: (typeof places)[number]): void => {
    const [shape, name] = element.children as unknown as [SVGElement, Element];
    setAttributes(shape, { d: shapePath(lane.look), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(4.5)` });
    shape.style.fill = colourOf(lane.look);
    setAttributes(name, { x: Math.min(x, right) - 7, y: words.toFixed(1), visibility: words > top - 12 ? null : "hidden" });
    setText(name, lane.name);
  };
  keyed(group, places, { key: ({ lane }) => String(lane.id), make, update });
}
