/** The two charts of the workbench with their switches and headline numbers. */

import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { floorShort, formatCount, formatShort } from "../../ui/format.js";
import { onTheme } from "../../ui/theme.js";
import { explain, term, type Tooltip } from "../../ui/tooltip.js";
import type { Lane, ParameterBound } from "../../wire/workbench_state.js";
import { cloudChart } from "../charts/cloud_chart.js";
import { progressChart } from "../charts/progress_chart.js";
import type { Clock } from "../charts/progress_marks.js";
import type { LaneData } from "../lanes/lane_book.js";
import { laneName } from "../lanes/lane_looks.js";
import { commonGap, gapPercent, leading } from "../lanes/standings.js";
import { bigNumber } from "./big_number.js";

export interface ChartsState {
  lanes: readonly Lane[];
  data(lane: number): LaneData;
  target: number;
  bound: ParameterBound | null;
}

export interface Charts {
  progress: HTMLElement[];
  cloud: HTMLElement[];
  show(state: ChartsState): void;
  showOpening(point: { lane: number; number: number } | null): void;
}

export interface ChartsEvents {
  tip: Tooltip;
  open(lane: number, number: number): void;
  say(sentence: string): void;
}

const MOVING = "Drag to move, Ctrl + scroll or + and \u2212 to zoom, double click to see all again.";

export function chartsPanel({ tip, open, say }: ChartsEvents, signal: AbortSignal): Charts {
  let state: ChartsState | null = null;
  let opening = "";
  const progress = progressChart(tip, { open, say }, signal);
  const cloud = cloudChart(tip, { open, say }, signal);
  const render = (): void => {
    if (state) draw(state);
  };
  const clock = html("select", { class: "tnx-field tnw-slim", "aria-label": "against", "data-field": "clock" }, html("option", { value: "evaluations" }, "evaluations"), html("option", { value: "seconds" }, "seconds"));
  const logX = tick("log-x", "log", "Logarithmic axis of evaluations or seconds");
  const logError = tick("log-error", "log error", "Logarithmic error axis");
  for (const input of [clock, logX.input, logError.input]) listen(input, "change", render, signal);
  const numbers = headline();
  const known = html("span", { class: "tnw-note", "data-field": "points-known" });

  const draw = ({ lanes, data, target, bound }: ChartsState): void => {
    const looks = lanes.map((lane, look) => {
      const { points, best } = data(lane.id);
      best.update(points, lane.target ?? target);
      return { id: lane.id, name: laneName(lane, lanes), look, points, best, evaluations: lane.total, seconds: lane.seconds };
    });
    const gap = commonGap(lanes, bound);
    progress.show({ lanes: looks, target, bound, gap, clock: clock.value as Clock, log: logX.input.checked });
    const words = bound ? `of ${bound.kind}, none with fewer than ${formatCount(bound.parameters)} parameters has a relative error of at most ${floorShort(bound.target)}` : "";
    const best = new Map(lanes.flatMap((lane) => (lane.incumbent ? [[lane.id, lane.incumbent.number] as const] : [])));
    cloud.show({ lanes: looks, target, bound: bound && { parameters: bound.parameters, words, kind: bound.kind }, best, logError: logError.input.checked });
    numbers.show(lanes, bound, gap, target);
    const total = looks.reduce((sum, lane) => sum + lane.points.count, 0);
    setText(known, opening || (total > 0 ? `${formatCount(total)} evaluations` : ""));
    setAttributes(known, { "data-value": total });
  };
  onTheme(() => cloud.recolour(), signal);
  const title = (words: string, story: string): HTMLElement => {
    const element = term(words, `${story} ${MOVING}`);
    element.classList.add("tnx-title");
    return element;
  };
  return {
    progress: [html("div", { class: "tnx-head" }, title("best parameters", "Fewest parameters that reach the target, for every engine."), html("span", { class: "tnw-switches" }, clock, logX.element)), numbers.element, progress.plot.element],
    cloud: [html("div", { class: "tnx-head" }, title("trade-off", "Every evaluation is a point; pruned ones are faint, at the error that no fit of them can beat. A click opens one in the Explorer."), known, logError.element), cloud.plot.element],
    show(next) {
      state = next;
      draw(next);
    },
    showOpening(point) {
      const lane = state?.lanes.find(({ id }) => id === point?.lane);
      setAttributes(cloud.plot.element, { "aria-busy": point ? "true" : null });
      opening = point && lane ? `opening evaluation ${formatCount(point.number)} of ${laneName(lane, state?.lanes ?? [])}\u2026` : "";
      say(opening);
      render();
    },
  };
}

function tick(field: string, words: string, tip: string): { element: HTMLElement; input: HTMLInputElement } {
  const input = html("input", { type: "checkbox", "data-field": field });
  const element = html("label", { class: "tnx-switch" }, input, html("span", {}, words));
  explain(element, tip);
  return { element, input };
}

/** Best, proved minimum and the gap between them, large. */
function headline(): { element: HTMLElement; show(lanes: readonly Lane[], bound: ParameterBound | null, gap: number | null, target: number): void } {
  const [best, least] = [bigNumber("best", "best"), bigNumber("minimum", "minimum")];
  const gap = bigNumber("gap", "gap", "Best parameters over the minimum proved for the family, minus 1: how much could be left to gain in it at most.");
  return {
    element: html("div", { class: "tnw-counts" }, best.element, least.element, gap.element),
    show(lanes, bound, away, target) {
      const lane = leading(lanes);
      const reached = lane?.incumbent?.reached ? lane.incumbent.parameters : null;
      const none = `No structure reaches the target error ${formatShort(target)} yet.`;
      const whose = `Fewest parameters at a relative error of at most ${formatShort(target)}, by ${lane ? laneName(lane, lanes) : ""}.`;
      best.show(reached === null ? null : formatCount(reached), reached, reached === null ? none : whose);
      least.show(bound && formatCount(bound.parameters), bound?.parameters ?? null, bound ? `${bound.scope}${/[.]$/.test(bound.scope) ? "" : "."}` : "Nothing is proved yet.", bound ? `minimum, ${bound.kind}` : "minimum");
      gap.show(away === null ? null : away <= 0 ? `none: proved best of ${bound?.kind ?? ""}` : gapPercent(away), away);
    },
  };
}
