/** Helpers over the DOM: make elements, set attributes and text only where they differ, listen until a signal aborts. */

const SVG = "http://www.w3.org/2000/svg";

export type Attributes = Record<string, string | number | boolean | null | undefined>;

/** Set attributes that differ; null, undefined and false take one away. */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

type Events = HTMLElementEventMap;

/** Listen until the signal aborts; other options stand beside the signal. */
export function listen<K extends keyof Events>(
  target: EventTarget,
  type: K,
  handler: (event: Events[K]) => void,
  until: AbortSignal | (AddEventListenerOptions & { signal: AbortSignal }),
): void {
  target.addEventListener(type, handler as EventListener, until instanceof AbortSignal ? { signal: until } : until);
}

/** Call `changed` when the size of an element's content is known, and whenever it changes; an empty one is left out. */
export function onResize(element: Element, changed: (width: number, height: number) => void, signal: AbortSignal): void {
  if (typeof ResizeObserver === "undefined") return;
  let [known, tall] = [0, 0];
  const observer = new ResizeObserver(([entry]) => {
    const { width, height } = entry?.contentRect ?? { width: 0, height: 0 };
    if (width < 1 || height < 1 || (width === known && height === tall)) return;
    [known, tall] = [width, height];
    changed(width, height);
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect());
}

/** The focused element, also inside a shadow root. */
export function focused(root: Element): Element | null {
  const home = root.getRootNode() as Document | ShadowRoot;
  return home.activeElement ?? null;
}

/** Whether an element takes typed text. */
export const isField = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches("input, textarea, select");
