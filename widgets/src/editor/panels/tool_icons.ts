/** Icons as strokes in a 16 x 16 square; drawn in the colour of the text. */

import { svg } from "../../ui/dom.js";

const STROKES = {
  core: "M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM8 6v4M6 8h4",
  bond: "M3.5 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM12.5 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM6 8h4",
  leg: "M5 3a3 3 0 1 0 0 6a3 3 0 1 0 0-6zM7.2 8.2l5.3 5.3",
  undo: "M3 6h7a3.5 3.5 0 0 1 0 7H6M6 3L3 6l3 3",
  redo: "M13 6H6a3.5 3.5 0 0 0 0 7h4M10 3l3 3-3 3",
  layout: "M8 2v12M2 8h12M4 4l8 8M12 4l-8 8",
  pin: "M5.5 2.5h5l-1 4.5 2.5 2.5H4l2.5-2.5zM8 9.5V14",
  graph: "M3.5 3.5l9 2-8.5 7zM3.5 2.2a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 1 0 0-2.6zM12.5 4.2a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 1 0 0-2.6zM4 11.2a1.3 1.3 0 1 0 0 2.6a1.3 1.3 0 1 0 0-2.6z",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  zoom_in: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM10.3 10.3l3.4 3.4M7 5v4M5 7h4",
  zoom_out: "M7 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM10.3 10.3l3.4 3.4M5 7h4",
  export: "M8 10V2.5M5 5.5l3-3 3 3M3 9.5v4h10v-4",
  import: "M8 2.5V10M5 7l3 3 3-3M3 9.5v4h10v-4",
  delete: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  more: "M4.5 6.5L8 10l3.5-3.5",
  help: "M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12v.6",
} as const;

export type ToolIcon = keyof typeof STROKES;

export const toolIcon = (name: ToolIcon): SVGSVGElement =>
  svg("svg", { class: "tn-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: STROKES[name] }));
