/** Drawing around the points of the trade-off cloud: front, empty region, the best of every lane. */

import type { Plot } from "../../charts/plot.js";
import { drawCorner } from "../../charts/marks.js";
import { stepPath } from "../../charts/scales.js";
import { setAttributes, svg } from "../../ui/dom.js";
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
  bound: { parameters: number; words: string; kind: string } | null;
  /** The evaluation that each lane calls its best. */
  best: ReadonlyMap<number, number>;
  logError: boolean;
}

export function drawNever(group: SVGElement, { bound, target }: CloudState, plot: Plot): void {
  const { left, top, bottom } = plot.frame;
  const corner = bound !== null && target > 0 ? plot.clamp({ x: plot.x(bound.parameters), y: plot.y(target) }) : { x: left, y: top };
  drawCorner(group, { left, right: corner.x, top: corner.y, bottom }, { words: `proved empty for ${bound?.kind ?? ""}`, roof: true, limit: plot.frame.right });
}

export function frontPath(points: readonly FrontPoint[], plot: Plot): string {
  return stepPath(points.map(({ parameters, error }) => plot.clamp({ x: plot.x(parameters), y: plot.y(error) })), plot.frame.right);
}

/** The best of every lane, large. */
export function drawBests(group: SVGElement, { lanes, best }: CloudState, plot: Plot): void {
  const places = lanes.flatMap(({ id, look, points }) => {
    const k = (best.get(id) ?? 0) - 1;
    if (k < 0 || k >= points.count) return [];
    const [x, y] = [plot.x(points.parameters[k] as number), plot.y(points.errors[k] as number)];
    return plot.holds({ x, y }) ? [{ id, look, x, y }] : [];
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
