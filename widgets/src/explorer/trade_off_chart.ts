/** The trade-off chart: parameters against relative error, one point for every structure visited; a click restores it. */

import { type AxisMark, drawAxes, tickMarks } from "../charts/axes.js";
import { drawCorner, drawTarget, targetMark } from "../charts/marks.js";
import type { Frame } from "../charts/plot_window.js";
import { linearScale, logScale, pareto, type Scale, stepPath } from "../charts/scales.js";
import { smallDiagram } from "../diagram/small_diagram.js";
import { listen, setAttributes, svg } from "../ui/dom.js";
import { formatCount, formatError, formatShort, formatTick } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { nearest, type Point } from "../ui/plane.js";
import { roving } from "../ui/roving.js";
import { type SvgBox, svgBox } from "../ui/svg_box.js";
import { explain, type Tooltip } from "../ui/tooltip.js";
import type { StructureRecord } from "../wire/editor_state.js";
import type { PinRecord, Reference, Visit } from "../wire/explorer_state.js";
import { FLAG, legend, shapeOf } from "./trade_off/format_marks.js";
import { referenceGroup, referenceLines } from "./trade_off/reference_lines.js";

export interface ChartState {
  visited: readonly Visit[];
  currentId: number;
  /** The structure on screen; its error is null before its first sweep. */
  now: { parameters: number; error: number | null; old: boolean };
  target: number;
  /** Fewer parameters with an error within the target: proved not to exist. */
  impossible: { parameters: number; kind: string; words: string; story: string } | null;
  logError: boolean;
  pins: readonly PinRecord[];
  references: readonly Reference[];
  /** The labels of all formats; each has a shape of its own. */
  formats: readonly string[];
}

interface Placed extends Visit {
  x: number;
  y: number;
  best: boolean;
  /** The name of its pin; "" for none. */
  pin: string;
  shape: string;
}

export interface Chart {
  element: SVGSVGElement;
  legend: HTMLElement;
  show(state: ChartState): void;
}

/** Margins around the plane of the chart, in pixels: room for ticks and titles. */
const [LEFT, RIGHT, TOP, BOTTOM] = [48, 20, 24, 36];
/** Where the titles of the axes stand: from the upper left corner, and below the plane. */
const [TITLE, UNDER] = [14, 32];
/** Pixels from one tick of the parameters to the next at least: a number and some air. */
const TICK_ROOM = 64;
/** The axis of parameters goes beyond all points by this factor, and spans at least that one, so that few points are not far apart. */
const [AIR, SPAN] = [1.25, 5];
/** Shares of an axis: a tick behind the first is left out, for its number would be cut off; points above the second are drawn there. */
const [LAST_TICK, HIGHEST] = [0.97, 1.02];
/** Radius of a point in pixels. */
const DOT = 4.5;
/** Pixels within which the pointer takes a point. */
const REACH = 11;
/** Two errors that differ by no more than this share of them are the same. */
const SAME = 1e-9;
/** Pixels that the words of the target take, with the diamond beside them. */
const WORDS = { x: 90, y: 20 };
const DIAMOND = "M0-7 7 0 0 7-7 0z";

export function visitWords(visit: Visit): string {
  const error = formatError(visit.relative_error);
  const status = visit.status.split(/[:;.](?=\s|$)/)[0] ?? "";
  const kind = visit.format || "Drawn by hand";
  return `${formatCount(visit.parameters)} parameters, relative error ${error}. ${kind}, ${visit.label}. ${visit.cut_short ? "Cut short. " : ""}${status && `${status}.`}`.trim();
}

export interface ChartHands {
  tip: Tooltip;
  restore(id: number): void;
  /** The structure of a visit, to draw it small. */
  structureOf(id: number): Promise<StructureRecord>;
}

export function tradeOffChart(hands: ChartHands, signal: AbortSignal): Chart {
  let state: ChartState | null = null;
  const axes = svg("g", { class: "tnx-axes", "aria-hidden": "true" });
  const goal = targetMark();
  const cursor = svg("path", { class: "tnx-cursor" });
  const never = svg("g", { class: "tnx-never" }, svg("path", { class: "tnx-hatch" }), svg("path", { class: "tnx-hatch" }), svg("text"), svg("rect"));
  const steps = svg("path", { class: "tnx-steps" });
  const points = svg("g", { class: "tnx-points" });
  const now = svg("g", { class: "tnx-now", "aria-hidden": "true" }, svg("circle", { r: REACH }), svg("path", { d: DIAMOND }));
  const flags = svg("g", { class: "tnx-flags", "aria-hidden": "true" });
  const references = referenceGroup();
  const words = legend();
  let placed: readonly Placed[] = [];
  const draw = (): void => {
    if (state === null || box.width === 0) return;
    const plane = planeOf(state, box.width, box.height);
    drawAxes(axes, axisMarks(plane, box.width));
    placed = placePoints(state, plane);
    const front = pareto(placed.map((point) => ({ ...point, x: point.parameters, y: point.relative_error })));
    const best = new Set(front.map((point) => point.id));
    for (const point of placed) point.best = best.has(point.id);
    setAttributes(steps, { d: stepPath(placed.filter((p) => p.best).sort((a, b) => a.x - b.x), plane.frame.right) });
    drawNever(never, state, plane);
    drawTarget(goal, state.target, plane.y(state.target), plane.frame);
    drawNow(now, cursor, state, plane);
    keepClear(goal, state, plane);
    drawPoints(points, placed, state.currentId);
    drawFlags(flags, state.pins, plane);
    referenceLines(references, state.references, plane);
    words.show({ visited: state.visited, formats: state.formats, pinned: state.pins.length > 0 });
    settle();
  };
  const box = svgBox("tnx-chart", draw, signal);
  setAttributes(box.element, { role: "group", "aria-label": "trade-off: parameters against relative error, one point for every structure visited" });
  box.element.append(axes, references, cursor, steps, points, flags, never, goal, now); // words above points, which their hatch never holds
  const settle = roving(points, () => [...points.children] as SVGElement[], signal);
  const at = (event: MouseEvent): Element | null => {
    const found = nearestPoint(placed, state?.currentId ?? 0, inChart(event, box));
    return found ? points.querySelector(`[data-point="${found.id}"]`) : null;
  };
  listenToPoints(box.element, points, { ...hands, at }, signal);
  return {
    element: box.element,
    legend: words.element,
    show(next) {
      state = next;
      draw();
    },
  };
}

/** The plane of the chart, its scales, and pixels of values. */
interface ChartPlane {
  x(parameters: number): number;
  y(error: number): number;
  across: Scale;
  up: Scale;
  frame: Frame;
}

function planeOf(state: ChartState, width: number, height: number): ChartPlane {
  const { now, visited, target, impossible } = state;
  const counts = [...visited.map((visit) => visit.parameters), now.parameters, ...(impossible ? [impossible.parameters] : [])];
  const across = logScale(counts, AIR, SPAN, Math.max(2, Math.floor((width - LEFT) / TICK_ROOM)));
  const errors = [...visited.map((visit) => visit.relative_error), now.error ?? 0, target].filter((error) => error >= 0);
  const up = state.logError ? logScale(errors) : linearScale(errors.map((error) => Math.min(error, 1)));
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  return {
    across, up, frame: { left: LEFT, top: TOP, right, bottom },
    x: (parameters) => LEFT + across.at(parameters) * (right - LEFT),
    y: (error) => bottom - Math.min(HIGHEST, Math.max(0, up.at(error))) * (bottom - TOP),
  };
}

function placePoints({ visited, pins, formats }: ChartState, plane: ChartPlane): Placed[] {
  const ordered = [...visited].sort((a, b) => a.parameters - b.parameters || a.relative_error - b.relative_error);
  return ordered.map((visit) => ({
    ...visit, x: plane.x(visit.parameters), y: plane.y(visit.relative_error), best: false, pin: pins.find((pin) => isOf(pin, visit))?.name ?? "",
    shape: shapeOf(visit.format, formats),
  }));
}

/** Whether a pin holds what a visit has reached. */
const isOf = (pin: PinRecord, visit: Visit): boolean =>
  pin.parameters === visit.parameters && pin.format === visit.format && Math.abs((pin.relative_error ?? Infinity) - visit.relative_error) <= SAME * visit.relative_error;

/** Mark every pin with a flag, whether it is a visit or not. */
function drawFlags(group: SVGElement, pins: readonly PinRecord[], plane: ChartPlane): void {
  const fitted = pins.flatMap(({ id, parameters, relative_error }) => (relative_error === null ? [] : [{ id, x: plane.x(parameters), y: plane.y(relative_error) }]));
  keyed(group, fitted, {
    key: ({ id }) => String(id),
    make: () => svg("path", { d: FLAG }),
    update: (flag, { x, y }) => setAttributes(flag, { transform: `translate(${(x + DOT).toFixed(1)} ${(y - 2.6 * DOT).toFixed(1)}) scale(${DOT})` }),
  });
}

function axisMarks({ frame, across, up, x, y }: ChartPlane, width: number): AxisMark[] {
  const { right, bottom } = frame;
  return [
    ...tickMarks(frame, width, {
      across: across.ticks.filter((tick) => across.at(tick) < LAST_TICK).map((value) => ({ value, at: x(value), text: formatTick(value) })),
      up: up.ticks.map((value) => ({ value, at: y(value), text: formatShort(value) })),
      crossing: false,
    }),
    { key: "error", line: "", x: TITLE, y: TITLE, text: "relative error", anchor: "start" },
    { key: "base", line: `M${LEFT} ${bottom}H${right}`, x: (LEFT + right) / 2, y: bottom + UNDER, text: "parameters", anchor: "middle" },
  ];
}

/** Hatch the corner that is proved empty: fewer parameters than the minimum at an error within the target. */
function drawNever(never: SVGElement, { impossible, target }: ChartState, { x, y, frame }: ChartPlane): void {
  const corner = { left: LEFT, right: impossible ? x(impossible.parameters) : LEFT, top: y(target), bottom: frame.bottom };
  setAttributes(never, { "aria-label": impossible?.words, role: impossible ? "img" : null });
  if (!drawCorner(never, corner, { words: `impossible for ${impossible?.kind ?? ""}`, roof: false, limit: frame.right }) || impossible === null) return;
  explain(never, impossible.story);
  const { left, right, top, bottom } = corner;
  setAttributes(never.lastElementChild as Element, { x: left, y: top, width: right - left, height: bottom - top });
}

/** Draw the diamond at the current fit, and the upright line at the parameters of the draft. */
function drawNow(now: SVGElement, cursor: SVGElement, { now: here }: ChartState, plane: ChartPlane): void {
  const x = plane.x(here.parameters);
  setAttributes(cursor, { d: `M${x} ${TOP}V${plane.frame.bottom}` });
  const shown = here.error !== null && !here.old;
  setAttributes(now, { transform: shown ? `translate(${x} ${plane.y(here.error ?? 0)})` : null, visibility: shown ? null : "hidden" });
}

/** Move the words of the target to the left end of their line where the diamond would cover them. */
function keepClear(goal: SVGElement, { now, target }: ChartState, { x, y, frame }: ChartPlane): void {
  const covered = now.error !== null && x(now.parameters) > frame.right - WORDS.x && Math.abs(y(now.error) - (y(target) - WORDS.y / 2)) < WORDS.y;
  setAttributes(goal.lastElementChild as Element, covered ? { x: frame.left + DOT, "text-anchor": "start" } : { "text-anchor": "end" });
}

function drawPoints(group: SVGElement, placed: readonly Placed[], currentId: number): void {
  const make = (): SVGGElement =>
    svg("g", { role: "button", tabindex: -1 }, svg("circle", { class: "tnx-touch", r: REACH, "pointer-events": "none" }), svg("path", { class: "tnx-dot", transform: `scale(${DOT})`, "vector-effect": "non-scaling-stroke" }));
  const update = (element: SVGGElement, point: Placed): void => {
    const current = point.id === currentId;
    setAttributes(element.lastElementChild as Element, { d: point.shape });
    setAttributes(element, {
      class: `tnx-point${point.best ? " tnx-best" : ""}${point.cut_short ? " tnx-cut-short" : ""}${current ? " tnx-current" : ""}`,
      transform: `translate(${point.x.toFixed(1)} ${point.y.toFixed(1)})`,
      "data-point": point.id,
      "aria-label": `${current ? "Current structure" : "Restore"}: ${visitWords(point)}${point.pin && ` Pinned: ${point.pin}.`}`,
      "aria-current": current ? "true" : null,
    });
  };
  keyed(group, placed, { key: ({ id }) => String(id), make, update });
}

/** The point that a pointer takes: the nearest; of several at one place the current one, whose diamond lies on top. */
export function nearestPoint<P extends Point & { id: number }>(points: readonly P[], currentId: number, at: Point): P | undefined {
  const isCurrent = (point: P): number => Number(point.id === currentId);
  const ordered = [...points].reverse().sort((a, b) => isCurrent(b) - isCurrent(a));
  return ordered[nearest(ordered, at, () => REACH)];
}

function inChart(event: MouseEvent, { element, width, height }: SvgBox): Point {
  const page = element.getBoundingClientRect();
  const [across, up] = [width / (page.width || width || 1), height / (page.height || height || 1)];
  return { x: (event.clientX - page.left) * across, y: (event.clientY - page.top) * up };
}

interface PointHands extends ChartHands {
  /** The point that the pointer takes. */
  at(event: MouseEvent): Element | null;
}

/** Listen on the plot, not on its points: neighbours overlap, so the nearest point is looked up. */
function listenToPoints(plot: SVGSVGElement, group: SVGElement, { at, tip, restore, structureOf }: PointHands, signal: AbortSignal): void {
  const pointOf = (event: Event): Element | null => (event.target as Element).closest("[data-point]");
  let near: Element | null = null;
  const diagrams = new Map<string, Element>(); // of points that were named
  let named: Element | null = null;
  const show = (point: Element | null): void => {
    named = point;
    if (!point) return;
    const id = point.getAttribute("data-point") ?? "";
    const words = (point.getAttribute("aria-label") ?? "").replace(/^Restore: (.*)$/s, "$1 Click to restore.");
    tip.show(point, words, diagrams.get(id));
    if (diagrams.has(id)) return;
    void structureOf(Number(id)).then((structure) => {
      diagrams.set(id, smallDiagram(structure));
      if (named === point) tip.show(point, words, diagrams.get(id));
    }, () => {}); // without it the words are enough
  };
  const hover = (point: Element | null): void => {
    if (point === near) return;
    if (near) setAttributes(near, { "data-near": null });
    near = point;
    if (point) setAttributes(point, { "data-near": "" });
    plot.style.cursor = point && point.getAttribute("aria-current") === null ? "pointer" : "";
    show(point);
    if (!point) tip.hide();
  };
  const choose = (point: Element | null): void => {
    if (point && point.getAttribute("aria-current") === null) restore(Number(point.getAttribute("data-point")));
  };
  listen(plot, "pointermove", (event) => hover(at(event)), signal);
  listen(plot, "pointerleave", () => hover(null), signal);
  listen(plot, "pointerover", (event) => at(event) && event.stopPropagation(), signal); // or its tooltip would go
  listen(plot, "mousedown", (event) => {
    const point = at(event);
    if (!point) return;
    event.preventDefault(); // the focus would go to the point on top
    (point as SVGElement).focus({ preventScroll: true });
  }, signal);
  listen(plot, "click", (event) => choose(event.detail === 0 ? pointOf(event) : at(event)), signal); // 0: not by a pointer
  listen(group, "focusin", (event) => show(pointOf(event)), signal);
  listen(group, "focusout", () => (named = null), signal);
  listen(group, "keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(pointOf(event));
  }, signal);
}
