/** The trade-off chart: parameters against relative error, one point for every structure visited; a click restores it. */

import { type AxisMark, drawAxes } from "../charts/axes.js";
import { hatchPath, linearScale, logScale, pareto, type Scale, stepPath } from "../charts/scales.js";
import { listen, setAttributes, setText, svg } from "../ui/dom.js";
import { formatCount, formatError, formatShort, formatTick } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { nearest, type Point } from "../ui/plane.js";
import { roving } from "../ui/roving.js";
import { type SvgBox, svgBox } from "../ui/svg_box.js";
import { explain, type Tooltip } from "../ui/tooltip.js";
import type { Visit } from "../wire/explorer_state.js";

export interface ChartState {
  visited: readonly Visit[];
  currentId: number;
  /** The structure on screen; its error is null before its first sweep. */
  now: { parameters: number; error: number | null; old: boolean };
  target: number;
  /** Fewer parameters with an error within the target: proved not to exist. */
  impossible: { parameters: number; words: string; story: string } | null;
  logError: boolean;
}

interface Placed extends Visit {
  x: number;
  y: number;
  best: boolean;
}

export interface Chart {
  element: SVGSVGElement;
  show(state: ChartState): void;
}

/** Margins around the plane of the chart, in pixels. */
const LEFT = 48;
const RIGHT = 20;
const TOP = 24;
const BOTTOM = 36;
/** Pixels within which the pointer takes a point. */
const REACH = 11;
const DIAMOND = "M0-7 7 0 0 7-7 0z";

export function visitWords(visit: Visit): string {
  const error = formatError(visit.relative_error);
  const status = visit.status.split(/[:;.](?=\s|$)/)[0] ?? "";
  return `${formatCount(visit.parameters)} parameters, relative error ${error}. ${visit.label}. ${status && `${status}.`}`.trim();
}

export function tradeOffChart(tip: Tooltip, restore: (id: number) => void, signal: AbortSignal): Chart {
  let state: ChartState | null = null;
  const axes = svg("g", { class: "tnx-axes", "aria-hidden": "true" });
  const goal = svg("g", { class: "tnx-target", "aria-hidden": "true" }, svg("path"), svg("text", { "text-anchor": "end" }));
  const cursor = svg("path", { class: "tnx-cursor" });
  const never = svg("g", { class: "tnx-never", role: "img" }, svg("path", { class: "tnx-hatch" }), svg("rect"), svg("text"));
  const steps = svg("path", { class: "tnx-steps" });
  const points = svg("g", { class: "tnx-points" });
  const now = svg("g", { class: "tnx-now", "aria-hidden": "true" }, svg("circle", { r: 11 }), svg("path", { d: DIAMOND }));
  let placed: readonly Placed[] = [];
  const draw = (): void => {
    if (state === null || box.width === 0) return;
    const frame = frameOf(state, box.width, box.height);
    drawAxes(axes, axisMarks(frame));
    placed = placePoints(state.visited, frame);
    const front = pareto(placed.map((point) => ({ ...point, x: point.parameters, y: point.relative_error })));
    const best = new Set(front.map((point) => point.id));
    for (const point of placed) point.best = best.has(point.id);
    setAttributes(steps, { d: stepPath(placed.filter((p) => p.best).sort((a, b) => a.x - b.x), frame.right) });
    drawNever(never, state, frame);
    drawGoal(goal, state.target, frame);
    drawNow(now, cursor, state, frame);
    drawPoints(points, placed, state.currentId);
    settle();
  };
  const box = svgBox("tnx-chart", draw, signal);
  setAttributes(box.element, { role: "group", "aria-label": "trade-off: parameters against relative error, one point for every structure visited" });
  box.element.append(never, axes, goal, cursor, steps, points, now);
  const settle = roving(points, () => [...points.children] as SVGElement[], signal);
  const pointAt = (event: MouseEvent): Element | null => {
    const found = nearestPoint(placed, state?.currentId ?? 0, inChart(event, box));
    return found ? points.querySelector(`[data-point="${found.id}"]`) : null;
  };
  listenToPoints(box.element, points, pointAt, tip, restore, signal);
  return {
    element: box.element,
    show(next) {
      state = next;
      draw();
    },
  };
}

interface ChartFrame {
  x(parameters: number): number;
  y(error: number): number;
  across: Scale;
  up: Scale;
  right: number;
  bottom: number;
}

function frameOf(state: ChartState, width: number, height: number): ChartFrame {
  const { now, visited, target, impossible } = state;
  const counts = [...visited.map((visit) => visit.parameters), now.parameters, ...(impossible ? [impossible.parameters] : [])];
  const across = logScale(counts, 1.25, 5, Math.max(2, Math.floor((width - LEFT) / 64)));
  const errors = [...visited.map((visit) => visit.relative_error), now.error ?? 0, target].filter((error) => error >= 0);
  const up = state.logError ? logScale(errors) : linearScale(errors.map((error) => Math.min(error, 1)));
  const [right, bottom] = [width - RIGHT, height - BOTTOM];
  return {
    across, up, right, bottom,
    x: (parameters) => LEFT + across.at(parameters) * (right - LEFT),
    y: (error) => bottom - Math.min(1.02, Math.max(0, up.at(error))) * (bottom - TOP),
  };
}

const placePoints = (visited: readonly Visit[], frame: ChartFrame): Placed[] =>
  [...visited]
    .sort((a, b) => a.parameters - b.parameters || a.relative_error - b.relative_error)
    .map((visit) => ({ ...visit, x: frame.x(visit.parameters), y: frame.y(visit.relative_error), best: false }));

function axisMarks(frame: ChartFrame): AxisMark[] {
  const { right, bottom } = frame;
  const across = frame.across.ticks.filter((tick) => frame.across.at(tick) < 0.97).map((tick) => {
    const x = frame.x(tick);
    return { key: `x${tick}`, line: `M${x} ${bottom}v4`, x, y: bottom + 16, text: formatTick(tick), anchor: "middle" } as const;
  });
  const up = frame.up.ticks.map((tick) => {
    const y = frame.y(tick);
    return { key: `y${tick}`, line: `M${LEFT} ${y}H${right}`, x: LEFT - 6, y: y + 4, text: formatShort(tick), anchor: "end" } as const;
  });
  const titles: AxisMark[] = [
    { key: "error", line: "", x: 14, y: 14, text: "relative error", anchor: "start" },
    { key: "base", line: `M${LEFT} ${bottom}H${right}`, x: (LEFT + right) / 2, y: bottom + 32, text: "parameters", anchor: "middle" },
  ];
  return [...across, ...up, ...titles];
}

function drawGoal(goal: SVGElement, target: number, frame: ChartFrame): void {
  const [line, label] = goal.children as unknown as [Element, Element];
  setAttributes(goal, { visibility: target > 0 ? null : "hidden" });
  setAttributes(line, { d: `M${LEFT} ${frame.y(target)}H${frame.right}` });
  setAttributes(label, { x: frame.right, y: frame.y(target) - 5 });
  setText(label, `target ${formatShort(target)}`);
}

/** Hatch the corner that is proved empty: fewer parameters than the minimum at an error within the target. */
function drawNever(never: SVGElement, { impossible, target }: ChartState, frame: ChartFrame): void {
  const [hatch, area, label] = never.children as unknown as [Element, Element, Element];
  const region = { left: LEFT, right: frame.x(impossible?.parameters ?? 0), top: frame.y(target), bottom: frame.bottom };
  const shown = impossible !== null && region.right > LEFT + 1 && region.bottom > region.top + 1;
  setAttributes(never, { visibility: shown ? null : "hidden", "aria-label": impossible?.words });
  if (!shown || impossible === null) return;
  explain(never, impossible.story);
  setAttributes(hatch, { d: `${hatchPath(region, 9)}M${region.right.toFixed(1)} ${region.top.toFixed(1)}V${region.bottom}` });
  setAttributes(area, { x: region.left, y: region.top, width: region.right - region.left, height: region.bottom - region.top });
  const wide = region.right - region.left > 118;
  setAttributes(label, {
    x: wide ? region.right - 8 : region.right + 6, y: region.bottom - 9, "text-anchor": wide ? "end" : "start",
  });
  setText(label, wide ? "proved impossible" : "\u25c2 proved impossible");
}

/** Draw the diamond at the current fit, and the upright line at the parameters of the draft. */
function drawNow(now: SVGElement, cursor: SVGElement, { now: here }: ChartState, frame: ChartFrame): void {
  const x = frame.x(here.parameters);
  setAttributes(cursor, { d: `M${x} ${TOP}V${frame.bottom}` });
  const shown = here.error !== null && !here.old;
  setAttributes(now, { transform: shown ? `translate(${x} ${frame.y(here.error ?? 0)})` : null, visibility: shown ? null : "hidden" });
}

function drawPoints(group: SVGElement, placed: readonly Placed[], currentId: number): void {
  const make = (): SVGGElement =>
    svg("g", { role: "button", tabindex: -1 }, svg("circle", { class: "tnx-touch", r: REACH, "pointer-events": "none" }), svg("circle", { class: "tnx-dot", r: 4.5 }));
  const update = (element: SVGGElement, point: Placed): void => {
    const current = point.id === currentId;
    setAttributes(element, {
      class: `tnx-point${point.best ? " tnx-best" : ""}${current ? " tnx-current" : ""}`,
      transform: `translate(${point.x.toFixed(1)} ${point.y.toFixed(1)})`,
      "data-point": point.id,
      "aria-label": `${current ? "Current structure" : "Restore"}: ${visitWords(point)}`,
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

type PointAt = (event: MouseEvent) => Element | null;

/** Listen on the plot, not on its points: neighbours overlap, so the nearest point is looked up. */
function listenToPoints(plot: SVGSVGElement, group: SVGElement, pointAt: PointAt, tip: Tooltip, restore: (id: number) => void, signal: AbortSignal): void {
  const pointOf = (event: Event): Element | null => (event.target as Element).closest("[data-point]");
  let near: Element | null = null;
  const show = (point: Element | null): void => {
    if (point) tip.show(point, (point.getAttribute("aria-label") ?? "").replace(/^Restore: (.*)$/s, "$1 Click to restore."));
  };
  const hover = (point: Element | null): void => {
    if (point === near) return;
    if (near) setAttributes(near, { "data-near": null });
    near = point;
    if (point) setAttributes(point, { "data-near": "" });
    plot.style.cursor = point && point.getAttribute("aria-current") === null ? "pointer" : "";
    if (point) show(point);
    else tip.hide();
  };
  const choose = (point: Element | null): void => {
    if (point && point.getAttribute("aria-current") === null) restore(Number(point.getAttribute("data-point")));
  };
  listen(plot, "pointermove", (event) => hover(pointAt(event)), signal);
  listen(plot, "pointerleave", () => hover(null), signal);
  listen(plot, "pointerover", (event) => pointAt(event) && event.stopPropagation(), signal); // or its tooltip would go
  listen(plot, "mousedown", (event) => {
    const point = pointAt(event);
    if (!point) return;
    event.preventDefault(); // the focus would go to the point on top
    (point as SVGElement).focus({ preventScroll: true });
  }, signal);
  listen(plot, "click", (event) => choose(event.detail === 0 ? pointOf(event) : pointAt(event)), signal); // 0: not by a pointer
  listen(group, "focusin", (event) => show(pointOf(event)), signal);
  listen(group, "keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    choose(pointOf(event));
  }, signal);
}
