/** The visible part of a diagram: its centre, and the scale in pixels per diagram unit. Pure. */

import type { Box, Point } from "../ui/plane.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Viewport {
  readonly centre: Point;
  readonly scale: number;
}

/** The size taken until the page has said how large the diagram is. */
export const UNMEASURED: Size = { width: 640, height: 400 };
/** Pixels per diagram unit, at least and at most; and at most where the view fits itself, lest two cores fill the page. */
const MIN_SCALE = 0.15;
const MAX_SCALE = 6;
const MAX_FIT = 1.5;

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Show the whole box, no larger than is pleasant. */
export function fit(box: Box, size: Size): Viewport {
  const scale = Math.min(size.width / Math.max(1, box.width), size.height / Math.max(1, box.height), MAX_FIT);
  const centre = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  return { centre, scale: clamp(scale, MIN_SCALE, MAX_SCALE) };
}

/** Zoom by a factor so that the diagram point `at` stays under the pointer. */
export function zoom(view: Viewport, factor: number, at: Point = view.centre): Viewport {
  const scale = clamp(view.scale * factor, MIN_SCALE, MAX_SCALE);
  const kept = view.scale / scale;
  return {
    scale,
    centre: { x: at.x + (view.centre.x - at.x) * kept, y: at.y + (view.centre.y - at.y) * kept },
  };
}

/** Move the diagram under the window by pixels. */
export const pan = (view: Viewport, dx: number, dy: number): Viewport => ({
  ...view,
  centre: { x: view.centre.x - dx / view.scale, y: view.centre.y - dy / view.scale },
});

/** The transform of a view. A viewBox would do, but browsers place every part again when that changes. */
export function transform(view: Viewport, size: Size): string {
  const { x, y } = toPixels(view, size, { x: 0, y: 0 });
  return `translate(${x.toFixed(3)} ${y.toFixed(3)}) scale(${view.scale.toFixed(5)})`;
}

/** How far away a diagram is: 0 at scale 1 and above, one more each time that it shrinks by a square root of 2. */
export const farOf = ({ scale }: Viewport): number => Math.ceil(Math.max(0, -2 * Math.log2(scale)));

/** Diagram point under a pixel of the window (from its top left corner). */
export const toDiagram = (view: Viewport, size: Size, pixel: Point): Point => ({
  x: view.centre.x + (pixel.x - size.width / 2) / view.scale,
  y: view.centre.y + (pixel.y - size.height / 2) / view.scale,
});

export const toPixels = (view: Viewport, size: Size, point: Point): Point => ({
  x: size.width / 2 + (point.x - view.centre.x) * view.scale,
  y: size.height / 2 + (point.y - view.centre.y) * view.scale,
});
