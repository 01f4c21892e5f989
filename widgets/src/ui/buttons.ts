/** Buttons with drawn icons. */

import { type Attributes, html, listen, setAttributes, svg } from "./dom.js";
import { explain } from "./tooltip.js";

/** Paths in a box of 16 by 16. */
const ICONS = {
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
  minus: "M3 7h10v2H3z",
  plus: "M7 3h2v4h4v2H9v4H7V9H3V7h4z",
} as const;

export type Icon = keyof typeof ICONS;

export interface ButtonOptions {
  icon?: Icon;
  /** The text beside the icon, if any. */
  text?: string;
  label: string;
  tip: string;
  action?: string;
  attributes?: Attributes;
  onPress(event: Event): void;
}

function drawIcon(icon: Icon): SVGSVGElement {
  const path = svg("path", { d: ICONS[icon], fill: "currentColor", "fill-rule": "evenodd" });
  return svg("svg", { class: "tnx-icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" }, path);
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

/** Change the icon of a button in place. */
export function setIcon(element: Element, icon: Icon): void {
  const path = element.querySelector("path");
  if (path) setAttributes(path, { d: ICONS[icon] });
}

/** Take a button out of use and keep its focus and tooltip. */
export function setUsable(element: Element, usable: boolean): void {
  setAttributes(element, { "aria-disabled": usable ? null : "true" });
}
