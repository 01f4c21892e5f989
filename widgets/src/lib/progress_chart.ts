/** Best parameters that reach the target, against evaluations or seconds: a stepped line for every lane over the proved bound. */

import type { BestSoFar, Step } from "./best_so_far.js";
import { hatchPath, niceTop } from "./chart_scale.js";
import { html, setAttributes, setText, svg } from "./dom.js";
import { formatCount, formatError, formatRatio, formatSeconds, formatShort, formatTick } from "./format.js";
import type { Point } from "./geometry.js";
import { colourOf, shapePath } from "./lane_looks.js";
import type { LanePoints } from "./lane_points.js";
import { Plot } from "./plot.js";
import { keyed } from "./svg_box.js";
import type { Tooltip } from "./tooltip.js";

export type Clock = "evaluations" | "seconds";

export interface ProgressLane {
  readonly id: number;
  readonly name: string;
  readonly look: number;
  readonly points: LanePoints;
  readonly best: BestSoFar;
  /** What it has done so far, also where its points are not all here yet. */
  readonly evaluations: number;
  readonly seconds: number;
}

export interface ProgressState {
  lanes: readonly ProgressLane[];
  target: number;
  bound: { parameters: number; proved: boolean } | null;
  /** Best parameters over the bound, minus 1. */
  gap: number | null;
  clock: Clock;
  log: boolean;
}

export interface ProgressChart {
  readonly plot: Plot;
  show(state: ProgressState): void;
}

const REACH = 14;

export const gapWords = (gap: number): string => (gap <= 0 ? "none" : gap < 0.1 ? `${formatRatio(100 * gap)} %` : `${formatRatio(Math.round(100 * gap))} %`);

/** Where a lane stands on the axis of x. */
const clockOf = (step: { number: number; seconds: number }, clock: Clock): number => (clock === "seconds" ? step.seconds : step.number);
const endOf = (lane: ProgressLane, clock: Clock): number => (clock === "seconds" ? lane.seconds : Math.max(lane.points.count, lane.evaluations));

/** What to say of lanes of which nothing reaches the target yet. */
export function farWords(lanes: readonly ProgressLane[], target: number): string[] {
  return lanes.filter(({ best, points }) => best.steps.length === 0 && points.count > 0).map(({ name, best, points }) => {
    if (best.nearest < 0) return `${name}: nothing fitted yet`;
    const [error, parameters] = [points.errors[best.nearest], points.parameters[best.nearest] ?? NaN];
    return `${name}: nearest ${formatError(error)} (${formatCount(parameters)} parameters), above ${formatShort(target)}`;
  });
}

export function progressChart(tip: Tooltip, open: (lane: number, number: number) => void, signal: AbortSignal): ProgressChart {
  let state: ProgressState = { lanes: [], target: 0, bound: null, gap: null, clock: "evaluations", log: false };
  const bound = svg("g", {}, svg("path", { class: "tnw-hatch" }), svg("path", { class: "tnw-bound" }), svg("text", { class: "tnw-bound-words", "text-anchor": "end" }));
  const lines = svg("svg", { class: "tnw-lines" });
  const ends = svg("g", {});
  const far = html("div", { class: "tnw-far", "data-field": "nearest" });
  const spot = html("span", { class: "tnw-spot" });
  let near = "";
  const stepAt = (at: Point): { lane: ProgressLane; step: Step } | null => {
    let best: { lane: ProgressLane; step: Step } | null = null;
    let least = REACH;
    for (const lane of state.lanes) {
      for (const step of lane.best.steps) {
        const away = Math.hypot(plot.x(clockOf(step, state.clock)) - at.x, plot.y(step.parameters) - at.y);
        if (away < least) [best, least] = [{ lane, step }, away];
      }
    }
    return best;
  };
  const plot: Plot = new Plot({
    name: "progress",
    label: "best parameters that reach the target, against evaluations or seconds. Plus and minus zoom, Shift and arrows move, 0 shows all.",
    titles: { x: "evaluations", y: "parameters" },
    write: { x: (value) => (state.clock === "seconds" ? shortSeconds(value) : formatTick(value)), y: formatTick },
    shown: (tick, axis) => (axis === "x" && state.clock === "seconds") || Number.isInteger(tick),
    whole: (plot) => wholeOf(state, plot),
    draw(plot) {
      drawBound(bound, state, plot);
      drawLines(lines, state, plot);
      drawEnds(ends, state, plot);
      const words = farWords(state.lanes, state.target);
      if (words.length === state.lanes.length && words.length > 0) words.unshift(`nothing reaches ${formatShort(state.target)} yet`);
      setText(far, words.join("\n"));
    },
    hover(at) {
      const found = at && stepAt(at);
      const key = found ? `${found.lane.id} ${found.step.number}` : "";
      if (key === near) return;
      near = key;
      plot.element.style.cursor = found ? "pointer" : "";
      if (found === null) return tip.hide();
      const { lane, step } = found;
      Object.assign(spot.style, { left: `${plot.x(clockOf(step, state.clock))}px`, top: `${plot.y(step.parameters)}px` });
      tip.show(spot, `${lane.name}: ${formatCount(step.parameters)} parameters from evaluation ${formatCount(step.number)} on (${formatSeconds(step.seconds)}). Click to open it in the Explorer.`);
    },
    click(at) {
      const found = stepAt(at);
      if (found) open(found.lane.id, found.step.number);
    },
  }, signal);
  plot.logY = true;
  plot.under.append(bound);
  plot.over.append(lines, ends);
  plot.element.append(far, spot);
  return {
    plot,
    show(next) {
      if (next.clock !== state.clock || next.log !== state.log) plot.reset();
      state = next;
      plot.logX = next.log;
      plot.rename({ x: next.clock });
    },
  };
}

const shortSeconds = (value: number): string => (value >= 120 ? `${formatRatio(value / 60)} min` : `${formatRatio(value)} s`);

function wholeOf({ lanes, bound, clock }: ProgressState, plot: Plot): Plot["window"] {
  const counts = [...lanes.flatMap(({ best }) => best.steps.slice(0, 1).concat(best.steps.slice(-1)).map((step) => step.parameters)), ...(bound ? [bound.parameters] : [])];
  const [least, most] = counts.length > 0 ? [Math.min(...counts), Math.max(...counts)] : [100, 1000];
  const end = niceTop(Math.max(clock === "seconds" ? 1 : 10, ...lanes.map((lane) => endOf(lane, clock))));
  const first = Math.min(...lanes.flatMap(({ best }) => best.steps.slice(0, 1).map((step) => clockOf(step, clock))), end / 10);
  const start = plot.logX ? Math.max(clock === "seconds" ? 0.01 : 1, first) : 0;
  const { low, high } = plot.holding([start, end], [least / 1.08, Math.max(most, 1.5 * least)], 0.08);
  const { left, right } = plot.holding([start, end], [1, 2], 0);
  return { left, right, low, high };
}

function drawBound(group: SVGElement, { bound, gap }: ProgressState, plot: Plot): void {
  const [hatch, line, words] = group.children as unknown as [Element, Element, Element];
  const { left, top, right, bottom } = plot.frame;
  const y = bound ? plot.y(bound.parameters) : NaN;
  const shown = y >= top;
  setAttributes(group, { visibility: shown ? null : "hidden", "data-field": "bound", "data-value": bound?.parameters });
  if (!shown || bound === null) return;
  const edge = Math.min(y, bottom);
  setAttributes(hatch, { d: hatchPath({ left, right, top: edge, bottom }, 9) });
  setAttributes(line, { d: y <= bottom ? `M${left} ${y}H${right}` : "" });
  setAttributes(words, { x: right - 2, y: Math.min(y + 14, bottom - 4), visibility: y <= bottom ? null : "hidden" });
  const away = gap === null ? "" : ` \u00b7 gap ${gapWords(gap)}`;
  setText(words, `proved: no fewer than ${formatCount(bound.parameters)}${away}`);
}

/** The steps of a lane as a path within the frame: down at an improvement, on to where the lane is now. */
function linePath(lane: ProgressLane, clock: Clock, plot: Plot): string {
  const { left, right, top, bottom } = plot.frame;
  const clamp = (value: number, low: number, high: number): number => Math.max(low - 20, Math.min(high + 20, value));
  const [first, ...rest] = lane.best.steps.map((step) => ({ x: clamp(plot.x(clockOf(step, clock)), left, right), y: clamp(plot.y(step.parameters), top, bottom) }));
  if (first === undefined) return "";
  const steps = rest.map(({ x, y }) => `H${x.toFixed(1)}V${y.toFixed(1)}`).join("");
  return `M${first.x.toFixed(1)} ${first.y.toFixed(1)}${steps}H${clamp(plot.x(endOf(lane, clock)), left, right).toFixed(1)}`;
}

function drawLines(group: SVGElement, { lanes, clock }: ProgressState, plot: Plot): void {
  const { left, top, right, bottom } = plot.frame;
  const [width, height] = [right - left, bottom - top + 8]; // an SVG of its own cuts off what leaves the frame
  setAttributes(group, { x: left, y: top - 8, width, height, viewBox: `${left} ${top - 8} ${width} ${height}` });
  keyed(group, lanes, ({ id }) => String(id), () => svg("path", { class: "tnw-line" }), (element, lane) => {
    setAttributes(element, { d: linePath(lane, clock, plot), "data-lane": lane.id });
    element.style.stroke = colourOf(lane.look);
  });
}

/** At its end every line has its shape and its name, none over another. */
function drawEnds(group: SVGElement, { lanes, clock }: ProgressState, plot: Plot): void {
  const { left, right, top, bottom } = plot.frame;
  const places = lanes.flatMap((lane) => {
    const last = lane.best.steps[lane.best.steps.length - 1];
    const [x, y] = last ? [plot.x(endOf(lane, clock)), plot.y(last.parameters)] : [NaN, NaN];
    return x >= left && y >= top - 4 && y <= bottom + 1 ? [{ lane, x: Math.min(x, right), y, words: y - 6 }] : [];
  }).sort((a, b) => b.y - a.y);
  places.forEach((place, k) => (place.words = Math.min(place.words, (places[k - 1]?.words ?? Infinity) - 14)));
  const make = (): SVGGElement => svg("g", {}, svg("path", { class: "tnw-best" }), svg("text", { class: "tnw-name", "text-anchor": "end" }));
  keyed(group, places, ({ lane }) => String(lane.id), make, (element, { lane, x, y, words }) => {
    const [shape, name] = element.children as unknown as [SVGElement, Element];
    setAttributes(shape, { d: shapePath(lane.look), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(4.5)` });
    shape.style.fill = colourOf(lane.look);
    setAttributes(name, { x: Math.min(x, right) - 7, y: words.toFixed(1), visibility: words > top - 12 ? null : "hidden" });
    setText(name, lane.name);
  });
}
