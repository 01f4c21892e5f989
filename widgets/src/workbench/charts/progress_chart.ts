/** The progress chart: best parameters at the target against evaluations or seconds, a stepped line for every lane. */

import { Plot } from "../../charts/plot.js";
import { html, setText, svg } from "../../ui/dom.js";
import { formatCount, formatError, formatRatio, formatSeconds, formatShort, formatTick } from "../../ui/format.js";
import type { Point } from "../../ui/plane.js";
import type { Tooltip } from "../../ui/tooltip.js";
import type { Improvement } from "../lanes/best_so_far.js";
import { clockOf, drawBound, drawEnds, drawLines, type ProgressLane, type ProgressState, wholeOf } from "./progress_marks.js";

export interface ProgressChart {
  readonly plot: Plot;
  show(state: ProgressState): void;
}

export interface ProgressEvents {
  open(lane: number, number: number): void;
  say(sentence: string): void;
}

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

export function progressChart(tip: Tooltip, { open, say }: ProgressEvents, signal: AbortSignal): ProgressChart {
  let state: ProgressState = { lanes: [], target: 0, bound: null, gap: null, clock: "evaluations", log: false };
  const bound = svg("g", {}, svg("path", { class: "tnw-hatch" }), svg("path", { class: "tnw-bound" }), svg("text", { class: "tnw-bound-words", "text-anchor": "end" }));
  const lines = svg("svg", { class: "tnw-lines" });
  const ends = svg("g", {});
  const far = html("div", { class: "tnw-far", "data-field": "nearest" });
  const spot = html("span", { class: "tnw-spot" });
  let near = "";
  let chosen = 0;
  const stepAt = (at: Point): { lane: ProgressLane; step: Improvement } | null => {
    let best: { lane: ProgressLane; step: Improvement } | null = null;
    let least = REACH;
    for (const lane of state.lanes) {
      for (const step of lane.best.steps) {
        const away = Math.hypot(plot.x(clockOf(step, state.clock)) - at.x, plot.y(step.parameters) - at.y);
        if (away < least) [best, least] = [{ lane, step }, away];
      }
    }
    return best;
  };
  const showStep = ({ lane, step }: { lane: ProgressLane; step: Improvement }): string => {
    near = `${lane.id} ${step.number}`;
    Object.assign(spot.style, { left: `${plot.x(clockOf(step, state.clock))}px`, top: `${plot.y(step.parameters)}px` });
    const words = `${lane.name}: ${formatCount(step.parameters)} parameters from evaluation ${formatCount(step.number)} on (${formatSeconds(step.seconds)}).`;
    tip.show(spot, `${words} Click or Enter opens it in the Explorer.`);
    return words;
  };
  const plot: Plot = new Plot({
    name: "progress",
    label: "best parameters that reach the target, against evaluations or seconds. Arrow keys go from step to step, Enter opens one in the Explorer, plus and minus zoom, Shift and arrows move, 0 shows all.",
    titles: { x: "evaluations", y: "parameters" },
    write: { x: (value) => (state.clock === "seconds" ? shortSeconds(value) : formatTick(value)), y: formatTick },
    shown: (tick, axis) => (axis === "x" && state.clock === "seconds") || Number.isInteger(tick),
    whole: (plot) => wholeOf(state, plot),
    draw(plot) {
      drawBound(bound, state, plot);
      drawLines(lines, state, plot);
      drawEnds(ends, state, plot);
      const words = farWords(state.lanes, state.target);
      setText(far, words.join("\n"));
      far.style.bottom = `${plot.height - Math.min(plot.frame.bottom, plot.y(state.bound?.parameters ?? 0)) + 6}px`;
    },
    hover(at) {
      const found = at && stepAt(at);
      const key = found ? `${found.lane.id} ${found.step.number}` : "";
      if (key === near) return;
      plot.element.style.cursor = found ? "pointer" : "";
      if (found !== null) return void showStep(found);
      near = "";
      tip.hide();
    },
    click(at) {
      const found = stepAt(at);
      if (found) open(found.lane.id, found.step.number);
    },
    key(event) {
      const all = state.lanes.flatMap((lane) => lane.best.steps.map((step) => ({ lane, step }))).sort((a, b) => clockOf(a.step, state.clock) - clockOf(b.step, state.clock));
      const way = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey ? 0 : ({ ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0);
      chosen = Math.max(0, Math.min(all.length - 1, near === "" && way !== 0 ? all.length - 1 : chosen + way));
      const found = all[chosen];
      if (found === undefined) return false;
      if (way !== 0) say(showStep(found));
      else if (event.key === "Enter" && near !== "") open(found.lane.id, found.step.number);
      return way !== 0 || event.key === "Enter";
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
