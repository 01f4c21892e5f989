/** Buttons with drawn icons. */

import { type Attributes, html, listen, setAttributes, svg } from "./dom.js";
import { explain } from "./tooltip.js";

/** Icons in the colour of the text: paths in a box of 16 by 16, filled or drawn as strokes. */
const FILLED = {
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  resume: "M4.5 2.5v11l9-5.5z",
  stop: "M3.5 3.5h9v9h-9z",
  restart: "M8 2.2V0L4 3.2 8 6.4V4.2a4 4 0 1 1-4 4H2a6 6 0 1 0 6-6z",
  seeds: "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
  upload: "M8 1.5 3.6 6H7v5h2V6h3.4zM2 12.5h12v2H2z",
  save: "M8 11 3.6 6.5H7v-5h2v5h3.4zM2 12.5h12v2H2z",
  open: "M1.5 3h5l1.5 2h6.5v8.5h-13zM3 6.5V12h10V6.5z",
  close: "M3.4 2 8 6.6 12.6 2 14 3.4 9.4 8l4.6 4.6-1.4 1.4L8 9.4 3.4 14 2 12.6 6.6 8 2 3.4z",
  down: "M3 5.5h10L8 11z",
} as const;

const STROKES = {
  core: "M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9zM8 6v4M6 8h4",
  bond: "M3.5 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM12.5 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 1 0 0-5zM6 8h4",
  leg: "M5 3a3 3 0 1 0 0 6a3 3 0 1 0 0-6zM7.2 8.2l5.3 5.3",
  undo: "M3 6h7a3.5 3.5 0 0 1 0 7H6M6 3L3 6l3 3",
  redo: "M13 6H6a3.5 3.5 0 0 0 0 7h4M10 3l3 3-3 3",
  layout: "M8 2v12M2 8h12M4 4l8 8M12 4l-8 8",
  hold: "M4.5 7.5h7v6h-7zM6 7.5V5a2 2 0 0 1 4 0v2.5",
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

export type Icon = keyof typeof FILLED | keyof typeof STROKES;

const PATHS: Record<Icon, string> = { ...FILLED, ...STROKES };

export function drawIcon(icon: Icon): SVGSVGElement {
  const [name, look] = icon in STROKES ? ["tn-icon", {}] : ["tnx-icon", { fill: "currentColor", "fill-rule": "evenodd" }];
  return svg("svg", { class: name, viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, svg("path", { d: PATHS[icon], ...look }));
}

export interface ButtonOptions {
  icon?: Icon;
  /** The text beside the icon, if any. */
  text?: string | undefined;
  label: string;
  tip: string;
  action?: string;
  attributes?: Attributes;
  onPress(event: Event): void;
}

export function button(options: ButtonOptions, signal: AbortSignal): HTMLButtonElement {
  const element = html("button", {
    type: "button", class: "tnx-button", "aria-label": options.label, "data-action": options.action,
    ...options.attributes,
  });
  if (options.icon) element.append(drawIcon(options.icon));
  if (options.text) element.append(html("span", {}, options.text));
  explain(element, options.tip);
  listen(element, "click", (event) => element.ariaDisabled !== "true" && options.onPress(event), signal);
  return element;
}

/** Change the icon in an element, in place, for another of the same kind. */
export function setIcon(element: Element, icon: Icon): void {
  const path = element.querySelector("path");
  if (path) setAttributes(path, { d: PATHS[icon] });
}

/** Take a button out of use and keep its focus and tooltip. */
export function setUsable(element: Element, usable: boolean): void {
  setAttributes(element, { "aria-disabled": usable ? null : "true" });
}
