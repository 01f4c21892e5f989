/** The trade-off cloud: every evaluation as a point, the Pareto front, the target, and the region proved empty. */

import { Plot } from "../../charts/plot.js";
import { html, setAttributes, svg } from "../../ui/dom.js";
import { formatCount, formatError, formatSeconds, formatShort, formatTick } from "../../ui/format.js";
import type { Point } from "../../ui/plane.js";
import type { Tooltip } from "../../ui/tooltip.js";
import { CommonFront } from "../lanes/best_so_far.js";
import { LOOKS } from "../lanes/lane_looks.js";
import { FATES, type LanePoints, PRUNED_BY_CERTIFICATE } from "../lanes/lane_points.js";
import { type Chosen, Extents, type Found, PointIndex } from "./cloud_index.js";
import { type CloudState, drawBests, drawGoal, drawNever, drawRing, frontPath } from "./cloud_marks.js";
import { PointLayer } from "./point_layer.js";

export interface CloudEvents {
  open(lane: number, number: number): void;
  say(sentence: string): void;
}

export interface Cloud {
  readonly plot: Plot;
  readonly layer: PointLayer;
  show(state: CloudState): void;
  /** Read the colours of the lanes again. */
  recolour(): void;
  /** The evaluation that the keys are on, or the pointer; null for none. */
  readonly chosen: Chosen | null;
}

const DIRECTIONS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const;
const LABEL = "trade-off: parameters against relative error, one point for every evaluation. Arrow keys go from point to point, Enter opens one in the Explorer, plus and minus zoom, Shift and arrows move, 0 shows all.";

/** An evaluation in a sentence. */
export function pointWords(name: string, points: LanePoints, k: number): string {
  const fate = points.fates[k] ?? 0;
  const error = formatError(points.errors[k]);
  const what = fate === PRUNED_BY_CERTIFICATE ? `no fit can have a relative error below ${error}` : `relative error ${error}`;
  return `${name}, evaluation ${formatCount(k + 1)}: ${formatCount(points.parameters[k] ?? NaN)} parameters, ${what}, ${FATES[fate] ?? ""} after ${formatSeconds(points.seconds[k] ?? 0)}.`;
}

export function cloudChart(tip: Tooltip, events: CloudEvents, signal: AbortSignal): Cloud {
  let state: CloudState = { lanes: [], target: 0, bound: null, best: new Map(), logError: false };
  const layer = new PointLayer(() => plot.ask(), signal);
  const extents = new Extents();
  const front = new CommonFront();
  const index = new PointIndex();
  let colours: string[] | null = null;
  let chosen: Chosen | null = null;

  const never = svg("g", {}, svg("path", { class: "tnw-hatch" }), svg("path", { class: "tnw-bound" }), svg("text", { class: "tnw-bound-words" }));
  const goal = svg("g", { class: "tnx-target" }, svg("path"), svg("text", { "text-anchor": "end" }));
  const steps = svg("path", { class: "tnx-steps" });
  const bests = svg("g", {});
  const ring = svg("circle", { class: "tnw-ring", r: 8 });
  const spot = html("span", { class: "tnw-spot" });

  const draw = (plot: Plot): void => {
    front.update(state.lanes);
    colours ??= readColours(plot.element);
    layer.show(state.lanes, plot.window, plot.frame, plot, colours);
    drawNever(never, state, plot);
    drawGoal(goal, state.target, plot);
    setAttributes(steps, { d: frontPath(front.front.points, plot) });
    drawBests(bests, state, plot);
    drawRing(ring, chosen, state, plot);
    if (chosen !== null && plot.dragging) hover(null);
  };
  const mark = (found: Found | null, spoken: boolean): void => {
    chosen = found && { lane: found.lane.id, number: found.k + 1 };
    drawRing(ring, chosen, state, plot);
    plot.element.style.cursor = found && !spoken ? "pointer" : "";
    if (found === null) return tip.hide();
    const name = state.lanes.find(({ id }) => id === found.lane.id)?.name ?? "";
    const words = pointWords(name, found.lane.points, found.k);
    Object.assign(spot.style, { left: `${plot.x(found.lane.points.parameters[found.k] as number)}px`, top: `${plot.y(found.lane.points.errors[found.k] as number)}px` });
    tip.show(spot, `${words} ${spoken ? "Enter opens" : "Click to open"} it in the Explorer.`);
    if (spoken) events.say(words);
  };
  const hover = (at: Point | null): void => {
    const found = at && index.at(state.lanes, plot, at);
    if (found === null ? chosen !== null : chosen?.lane !== found.lane.id || chosen.number !== found.k + 1) mark(found, false);
  };
  const plot: Plot = new Plot({
    name: "cloud",
    label: LABEL,
    titles: { x: "parameters", y: "relative error" },
    write: { x: formatTick, y: formatShort },
    shown: (tick, axis) => axis === "y" || Number.isInteger(tick),
    whole(plot) {
      extents.update(state.lanes);
      return wholeOf(extents, state, plot);
    },
    draw,
    hover,
    click(at) {
      const found = index.at(state.lanes, plot, at);
      if (found) events.open(found.lane.id, found.k + 1);
    },
    key(event) {
      if (event.key === "Enter" || event.key === " ") {
        if (chosen) events.open(chosen.lane, chosen.number);
        return true;
      }
      if (event.key === "Escape" && chosen !== null) return (mark(null, true), true);
      const direction = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey ? undefined : DIRECTIONS[event.key as keyof typeof DIRECTIONS];
      if (direction === undefined) return false;
      const found = index.step(state.lanes, plot, chosen, direction, state.best);
      if (found) mark(found, true);
      return true;
    },
  }, signal);
  plot.logX = true;
  plot.under.append(never);
  plot.middle.append(layer.canvas);
  plot.over.append(goal, steps, bests, ring);
  plot.element.append(spot);

  return {
    plot,
    layer,
    show(next) {
      state = next;
      plot.logY = next.logError;
      plot.ask();
    },
    recolour() {
      colours = null;
      plot.ask();
    },
    get chosen() {
      return chosen;
    },
  };
}

function readColours(element: Element): string[] {
  const style = getComputedStyle(element);
  return Array.from({ length: LOOKS }, (_, place) => style.getPropertyValue(`--tnw-lane-${place}`).trim());
}

function wholeOf(extents: Extents, { target, bound }: CloudState, plot: Plot): Plot["window"] {
  const [low, high] = extents.parameters;
  const counts = [...(low <= high ? [low, high] : []), ...(bound ? [bound.parameters] : [])];
  const [least, most] = counts.length > 0 ? [Math.min(...counts), Math.max(...counts)] : [10, 1000];
  const [small, large] = extents.errors;
  const errors: [number, number] = plot.logY ? [Math.min(small, target || small, 0.5), Math.max(large, target)] : [0, Math.max(large, target * 1.3)];
  const { left, right, high: top, low: bottom } = plot.holding([least, Math.max(most, least * 2)], [errors[0] || (plot.logY ? 1e-3 : 0), errors[1] || 1]);
  return { left, right, high: top, low: plot.logY ? bottom : 0 };
}
