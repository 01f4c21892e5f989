/** An SVG that is as large as its place on the page, drawn again when that changes. */

import { setAttributes, svg } from "./dom.js";

export interface SvgBox {
  readonly element: SVGSVGElement;
  width: number;
  height: number;
}

/** The drawing waits for the first size, and never measures by itself. */
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

/** Keep as many children made by `make` as there are items, and update each in place. */
export function keyed<T, E extends Element>(
  parent: Element,
  items: readonly T[],
  key: (item: T) => string,
  make: (item: T) => E,
  update: (element: E, item: T) => void,
): void {
  const known = new Map([...parent.children].map((child) => [child.getAttribute("data-key") ?? "", child as E]));
  for (const item of items) {
    const name = key(item);
    let element = known.get(name);
    if (element === undefined) {
      element = make(item);
      element.setAttribute("data-key", name);
      parent.append(element);
    }
    known.delete(name);
    update(element, item);
  }
  for (const stale of known.values()) stale.remove();
}
