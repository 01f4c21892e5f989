/** An SVG element that fills its place on the page and is drawn again when its size changes. */

import { setAttributes, svg } from "./dom.js";

export interface SvgBox {
  readonly element: SVGSVGElement;
  width: number;
  height: number;
}

/** Make the box; `draw` is called when its size is known and whenever it changes. */
export function svgBox(className: string, draw: () => void, signal: AbortSignal): SvgBox {
  const element = svg("svg", { class: className });
  const box: SvgBox = { element, width: 0, height: 0 };
  if (typeof ResizeObserver === "undefined") return box;
  const observer = new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
    if (width < 1 || height < 1 || (width === box.width && height === box.height)) return;
    Object.assign(box, { width, height });
    setAttributes(element, { viewBox: `0 0 ${width} ${height}` });
    draw();
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
  return box;
}
