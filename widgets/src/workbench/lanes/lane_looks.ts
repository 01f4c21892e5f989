/** The look of a lane: its name, its colour and its shape, the same in charts, chips and table. */

import { type Shape, SHAPES } from "../../charts/stamps.js";
import { svg } from "../../ui/dom.js";
import type { Lane } from "../../wire/workbench_state.js";

export const LOOKS = 8;

export const shapeOf = (place: number): Shape => SHAPES[place % SHAPES.length] as Shape;

/** The CSS colour of the lane at a place. */
export const colourOf = (place: number): string => `var(--tnw-lane-${place % LOOKS})`;

const PATHS: Record<Shape, string> = {
  disc: "M-1 0a1 1 0 1 1 2 0a1 1 0 1 1-2 0z",
  square: "M-.89-.89h1.78v1.78h-1.78z",
  up: "M0-1.15 1.08.8H-1.08z",
  diamond: "M0-1.25 1.25 0 0 1.25-1.25 0z",
  down: "M0 1.15-1.08-.8H1.08z",
  cross: "M-1-.45-.45-1 0-.55.45-1 1-.45.55 0 1 .45.45 1 0 .55-.45 1-1 .45-.55 0z",
  ring: "M-1.2 0a1.2 1.2 0 1 1 2.4 0a1.2 1.2 0 1 1-2.4 0zM-.5 0a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0z",
  plus: "M-.38-1.15h.76v.77h.77v.76h-.77v.77h-.76v-.77h-.77v-.76h.77z",
};

/** The shape of a lane as a path of a radius around 0, 0. */
export const shapePath = (place: number): string => PATHS[shapeOf(place)];

/** A small picture of how a lane looks. */
function swatch(place: number): SVGSVGElement {
  const mark = svg("path", { d: shapePath(place) });
  const picture = svg("svg", { class: "tnw-swatch", viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true" }, mark);
  mark.style.fill = colourOf(place);
  return picture;
}

/** Show how a lane looks in its holder. */
export function showLook(holder: HTMLElement, place: number): void {
  if (holder.dataset["look"] === String(place)) return;
  holder.dataset["look"] = String(place);
  holder.replaceChildren(swatch(place));
}

/** The name of a lane: its engine, with the study where two lanes have the same engine. */
export function laneName(lane: Lane, lanes: readonly Lane[]): string {
  const own = lane.label || lane.engine;
  const twins = lanes.filter((other) => (other.label || other.engine) === own);
  return twins.length > 1 ? `${own} (${lane.study})` : own;
}
