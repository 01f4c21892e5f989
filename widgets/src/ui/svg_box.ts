/** An SVG element that fills its place on the page and is drawn again when its size changes. */

import { onResize, setAttributes, svg } from "./dom.js";

export interface SvgBox {
  readonly element: SVGSVGElement;
  width: number;
  height: number;
}

/** Make the box; `draw` is called when its size is known and whenever it changes. */
export function svgBox(className: string, draw: () => void, signal: AbortSignal): SvgBox {
  const element = svg("svg", { class: className });
  const box: SvgBox = { element, width: 0, height: 0 };
  onResize(element, (width, height) => {
    Object.assign(box, { width, height });
    setAttributes(element, { viewBox: `0 0 ${width} ${height}` });
    draw();
  }, signal);
  return box;
}
