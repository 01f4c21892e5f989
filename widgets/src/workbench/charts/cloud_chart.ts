/** The trade-off cloud: every evaluation as a point, the Pareto front, the target, and the region proved empty. */

import { drawTarget, targetMark } from "../../charts/marks.js";
import { Plot } from "../../charts/plot.js";
import { Pointing } from "../../charts/pointing.js";
import { setAttributes, svg } from "../../ui/dom.js";
import { floorError, formatCount, formatError, formatSeconds, formatShort, formatTick } from "../../ui/format.js";
import type { Tooltip } from "../../ui/tooltip.js";
import { CommonFront } from "../lanes/best_so_far.js";
import { LOOKS } from "../lanes/lane_looks.js";
import { FATES, type LanePoints, PRUNED_BY_CERTIFICATE } from "../lanes/lane_points.js";
import { type Chosen, Extents, type Found, PointIndex } from "./cloud_index.js";
import { type CloudState, drawBests, drawNever, drawRing, frontPath } from "./cloud_marks.js";
import { PointLayer } from "./point_layer.js";

/** Relative rounding error of the single precision that errors arrive in. */
const SINGLE = 2 ** -24;

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
}

const LABEL = "trade-off: parameters against relative error, one point for every evaluation. Arrow keys go from point to point, Enter opens one in the Explorer, plus and minus zoom, Shift and arrows move, 0 shows all.";

/** An evaluation in a sentence. */
export function pointWords(name: string, points: LanePoints, k: number): string {
  const fate = points.fates[k] ?? 0;
  const error = points.errors[k];
  const what = fate === PRUNED_BY_CERTIFICATE ? `no fit of it can have a relative error below ${floorError((error ?? 0) * (1 - SINGLE))}` : `relative error ${formatError(error)}`;
  return `${name}, evaluation ${formatCount(k + 1)}: ${formatCount(points.parameters[k] ?? NaN)} parameters, ${what}, ${FATES[fate] ?? ""} after ${formatSeconds(points.seconds[k] ?? 0)}.`;
}

export function cloudChart(tip: Tooltip, { open, say }: CloudEvents, signal: AbortSignal): Cloud {
  let state: CloudState = { lanes: [], target: 0, bound: null, best: new Map(), logError: false };
  let colours: string[] | null = null;
  const layer = new PointLayer(() => plot.ask(), signal);
  const extents = new Extents();
  const index = new PointIndex();
  const marks = makeMarks();
  const chosenOf = (found: Found | null): Chosen | null => found && { lane: found.lane.id, number: found.k + 1 };
  const pointing = new Pointing<Found>({
    near: (at) => index.at(state.lanes, plot, at),
    next: (from, way) => index.step(state, plot, chosenOf(from), way),
    key: ({ lane, k }) => `${lane.id} ${k}`,
    place: ({ lane: { points }, k }) => ({ x: plot.x(points.parameters[k] as number), y: plot.y(points.errors[k] as number) }),
    words: ({ lane, k }) => pointWords(state.lanes.find(({ id }) => id === lane.id)?.name ?? "", lane.points, k),
    open: ({ lane, k }) => open(lane.id, k + 1),
    say,
    chose: (found) => drawRing(marks.ring, chosenOf(found), state, plot),
  }, tip);
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
    draw(plot) {
      colours ??= readColours(plot.element);
      layer.show(state.lanes, plot, colours);
      marks.draw(state, plot);
      drawRing(marks.ring, chosenOf(pointing.chosen), state, plot);
    },
    pointing,
  }, signal);
  plot.logX = true;
  plot.under.append(marks.never);
  plot.middle.append(layer.canvas);
  plot.over.append(...marks.over);
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
  };
}

/** What lies under and over the points. */
function makeMarks(): { never: SVGElement; over: SVGElement[]; ring: SVGElement; draw(state: CloudState, plot: Plot): void } {
  const never = svg("g", {}, svg("path", { class: "tnw-hatch" }), svg("path", { class: "tnw-bound" }), svg("text", { class: "tnw-bound-words" }));
  const [target, steps, bests] = [targetMark(), svg("path", { class: "tnx-steps" }), svg("g", {})];
  const ring = svg("circle", { class: "tnw-ring", r: 8 });
  const front = new CommonFront();
  return {
    never,
    ring,
    over: [target, steps, bests, ring],
    draw(state, plot) {
      front.update(state.lanes);
      drawNever(never, state, plot);
      drawTarget(target, state.target, plot.y(state.target), plot.frame);
      setAttributes(steps, { d: frontPath(front.front.points, plot) });
      drawBests(bests, state, plot);
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
