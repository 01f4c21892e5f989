/** Drawing around the points of the trade-off cloud: target, front, empty region, the best of every lane. */

import type { Plot } from "../../charts/plot.js";
import { hatchPath, stepPath } from "../../charts/scales.js";
import { setAttributes, setText, svg } from "../../ui/dom.js";
import { formatShort } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import type { FrontPoint } from "../lanes/best_so_far.js";
import { colourOf, shapePath } from "../lanes/lane_looks.js";
import type { Chosen } from "./cloud_index.js";
import type { LayerLane } from "./point_layer.js";

export interface CloudLane extends LayerLane {
  readonly name: string;
}

export interface CloudState {
  lanes: readonly CloudLane[];
  target: number;
  bound: { parameters: number; words: string } | null;
  /** The evaluation that each lane calls its best. */
  best: ReadonlyMap<number, number>;
  logError: boolean;
}

export function drawNever(group: SVGElement, { bound, target }: CloudState, plot: Plot): void {
  const [hatch, edge, words] = group.children as unknown as [Element, Element, Element];
  const { left, top, right, bottom } = plot.frame;
  const clampX = (x: number): number => Math.max(left, Math.min(right, x));
  const clampY = (y: number): number => Math.max(top, Math.min(bottom, y));
  const region = { left, right: clampX(plot.x(bound?.parameters ?? 0)), top: clampY(plot.y(target)), bottom };
  const shown = bound !== null && target > 0 && region.right > left + 1 && region.bottom > region.top + 1;
  setAttributes(group, { visibility: shown ? null : "hidden" });
  if (!shown) return;
  setAttributes(hatch, { d: hatchPath(region, 9) });
  setAttributes(edge, { d: `M${left} ${region.top}H${region.right}V${bottom}` });
  const wide = region.right - left > 112;
  setAttributes(words, { x: wide ? region.right - 6 : region.right + 5, y: bottom - 8, "text-anchor": wide ? "end" : "start" });
  setText(words, wide ? "proved empty" : "\u25c2 proved empty");
}

export function drawGoal(group: SVGElement, target: number, plot: Plot): void {
  const [line, words] = group.children as unknown as [Element, Element];
  const y = plot.y(target);
  const shown = target > 0 && y >= plot.frame.top && y <= plot.frame.bottom;
  setAttributes(group, { visibility: shown ? null : "hidden" });
  setAttributes(line, { d: `M${plot.frame.left} ${y}H${plot.frame.right}` });
  setAttributes(words, { x: plot.frame.right, y: y - 5 });
  setText(words, `target ${formatShort(target)}`);
}

export function frontPath(points: readonly FrontPoint[], plot: Plot): string {
  const { left, right, top, bottom } = plot.frame;
  const clampX = (x: number): number => Math.max(left, Math.min(right, x));
  const clampY = (y: number): number => Math.max(top, Math.min(bottom, y));
  const places = points.map(({ parameters, error }) => ({ x: clampX(plot.x(parameters)), y: clampY(plot.y(error)) }));
  return stepPath(places, right);
}

/** The best of every lane, large. */
export function drawBests(group: SVGElement, { lanes, best }: CloudState, plot: Plot): void {
  const { left, right, top, bottom } = plot.frame;
  const places = lanes.flatMap(({ id, look, points }) => {
    const k = (best.get(id) ?? 0) - 1;
    if (k < 0 || k >= points.count) return [];
    const [x, y] = [plot.x(points.parameters[k] as number), plot.y(points.errors[k] as number)];
    return x >= left && x <= right && y >= top && y <= bottom ? [{ id, look, x, y }] : [];
  });
  keyed(group, places, {
    key: ({ id }) => String(id),
    make: () => svg("path", { class: "tnw-best" }),
    update(element, { look, x, y }) {
      setAttributes(element, { d: shapePath(look), transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) scale(6)` });
      element.style.fill = colourOf(look);
    },
  });
}

export function drawRing(ring: SVGElement, chosen: Chosen | null, { lanes }: CloudState, plot: Plot): void {
  const points = lanes.find((lane) => lane.id === chosen?.lane)?.points;
  const k = (chosen?.number ?? 0) - 1;
  const shown = points !== undefined && k >= 0 && k < points.count;
  setAttributes(ring, { visibility: shown ? null : "hidden" });
  if (shown) setAttributes(ring, { cx: plot.x(points.parameters[k] as number), cy: plot.y(points.errors[k] as number) });
}
