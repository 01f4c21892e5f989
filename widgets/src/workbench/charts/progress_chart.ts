/** The progress chart: best parameters at the target against evaluations or seconds, a stepped line for every lane. */

import { Plot } from "../../charts/plot.js";
import { Pointing } from "../../charts/pointing.js";
import { html, setText, svg } from "../../ui/dom.js";
import { formatCount, formatError, formatRatio, formatSeconds, formatShort, formatTick } from "../../ui/format.js";
import { nearest } from "../../ui/plane.js";
import type { Tooltip } from "../../ui/tooltip.js";
import type { Improvement } from "../lanes/best_so_far.js";
import { clockOf, drawBound, drawEnds, drawLines, type ProgressLane, type ProgressState, stepPlace, wholeOf } from "./progress_marks.js";

export interface ProgressChart {
  readonly plot: Plot;
  show(state: ProgressState): void;
}

export interface ProgressEvents {
  open(lane: number, number: number): void;
  say(sentence: string): void;
}

const LABEL = "best parameters that reach the target, against evaluations or seconds. Arrow keys go from step to step, Enter opens one in the Explorer, plus and minus zoom, Shift and arrows move, 0 shows all.";
/** Pixels within which the pointer takes a step. */
const REACH = 14;

/** Words about lanes without a structure at the target: the one nearest to it. */
export function farWords(lanes: readonly ProgressLane[], target: number): string[] {
  const words = lanes.filter(({ best, points }) => best.steps.length === 0 && points.count > 0).map(({ name, best, points }) => {
    if (best.nearest < 0) return `${name} not yet: nothing fitted`;
    const [error, parameters] = [points.errors[best.nearest], points.parameters[best.nearest] ?? NaN];
    return `${name} not yet: nearest ${formatError(error)} with ${formatCount(parameters)}`;
  });
  return words.length > 0 && words.length === lanes.length ? [`nothing reaches ${formatShort(target)} yet`, ...words] : words;
}

/** An improvement of a lane. */
interface Step {
  readonly lane: ProgressLane;
  readonly step: Improvement;
}

const stepsOf = ({ lanes }: ProgressState): Step[] => lanes.flatMap((lane) => lane.best.steps.map((step) => ({ lane, step })));

/** The step before or after one in time, the last of all from none. */
function nextStep(state: ProgressState, from: Step | null, by: -1 | 1): Step | null {
  const inTime = stepsOf(state).sort((a, b) => clockOf(a.step, state.clock) - clockOf(b.step, state.clock));
  const here = inTime.findIndex(({ lane, step }) => lane.id === from?.lane.id && step.number === from.step.number);
  return inTime[here < 0 ? inTime.length - 1 : here + by] ?? null;
}

export function progressChart(tip: Tooltip, { open, say }: ProgressEvents, signal: AbortSignal): ProgressChart {
  let state: ProgressState = { lanes: [], target: 0, bound: null, gap: null, clock: "evaluations", log: false };
  const bound = svg("g", {}, svg("path", { class: "tnw-hatch" }), svg("path", { class: "tnw-bound" }), svg("text", { class: "tnw-bound-words", "text-anchor": "end" }));
  const [lines, ends] = [svg("svg", { class: "tnw-lines" }), svg("g", {})];
  const far = html("div", { class: "tnw-far", "data-field": "nearest" });
  const pointing = new Pointing<Step>({
    near(at) {
      const steps = stepsOf(state);
      return steps[nearest(steps.map(({ step }) => stepPlace(step, state.clock, plot)), at, () => REACH)] ?? null;
    },
    next: (from, way) => (way === "left" || way === "right" ? nextStep(state, from, way === "left" ? -1 : 1) : undefined),
    key: ({ lane, step }) => `${lane.id} ${step.number}`,
    place: ({ step }) => stepPlace(step, state.clock, plot),
    words: ({ lane, step }) => `${lane.name}: ${formatCount(step.parameters)} parameters from evaluation ${formatCount(step.number)} on (${formatSeconds(step.seconds)}).`,
    open: ({ lane, step }) => open(lane.id, step.number),
    say,
  }, tip);
  const plot: Plot = new Plot({
    name: "progress",
    label: LABEL,
    titles: { x: "evaluations", y: "parameters" },
    write: { x: (value) => (state.clock === "seconds" ? shortSeconds(value) : formatTick(value)), y: formatTick },
    shown: (tick, axis) => (axis === "x" && state.clock === "seconds") || Number.isInteger(tick),
    whole: (plot) => wholeOf(state, plot),
    draw(plot) {
      drawBound(bound, state, plot);
      drawLines(lines, state, plot);
      drawEnds(ends, state, plot);
      setText(far, farWords(state.lanes, state.target).join("\n"));
      far.style.bottom = `${plot.height - Math.min(plot.frame.bottom, plot.y(state.bound?.parameters ?? 0)) + 6}px`;
    },
    pointing,
  }, signal);
  plot.logY = true;
  plot.under.append(bound);
  plot.over.append(lines, ends);
  plot.element.append(far);
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
