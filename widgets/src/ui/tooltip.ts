/**
 * One tooltip for a whole widget: text in `data-tip`, shown on hover and on focus, gone with Escape. Of a widget within
 * another (the Explorer over the workbench) the inner one shows it.
 */

import { html, listen, setAttributes, setText } from "./dom.js";

/** Milliseconds that the pointer rests on an element before its tooltip shows. */
const DELAY_MS = 350;
/** Pixels between the tooltip, its element and the edge of the widget. */
const MARGIN = 6;

export interface Tooltip {
  /** Show a text, and perhaps a picture above it, over an element at once (points of a chart). */
  show(target: Element, text: string, picture?: Element): void;
  hide(): void;
}

/** Give an element an explanation: a tooltip, and a description for screen readers where they do not read it anyway; "" takes it away. */
export function explain(element: Element, text: string): void {
  if ((element.getAttribute("data-tip") ?? "") === text) return;
  const read = text === "" || text === element.getAttribute("aria-label") || text === element.textContent;
  setAttributes(element, { "data-tip": text || null, "aria-description": read ? null : text });
}

/** A word with its explanation, which the Tab key reaches. */
export function term(words: string, story: string): HTMLElement {
  const element = html("span", { class: "tnx-term", tabindex: 0 }, words);
  explain(element, story);
  return element;
}

export function tooltip(root: HTMLElement, signal: AbortSignal): Tooltip {
  const bubble = html("div", { class: "tnx-tip", role: "tooltip", hidden: "" });
  root.append(bubble);
  root.setAttribute("data-tips", "");
  const explained = ({ target }: Event): Element | null => {
    const element = target instanceof Element ? target.closest("[data-tip]") : null;
    return element?.closest("[data-tips]") === root ? element : null;
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let owner: Element | null = null;
  let pressed: Element | null = null; // no tooltip over a pressed element until the pointer has left it

  const hide = (): void => {
    clearTimeout(timer);
    owner = null;
    bubble.hidden = true;
  };
  const show = (target: Element, text: string, picture?: Element): void => {
    clearTimeout(timer);
    owner = target;
    setText(bubble, text);
    if (picture) bubble.prepend(picture);
    bubble.hidden = false;
    placeBubble(bubble, target, root);
  };
  const offer = (event: Event, wait: number): void => {
    const target = explained(event);
    if (owner !== null && owner.contains(event.target as Node)) return;
    if (wait > 0 && target !== pressed) pressed = null;
    if (target === null || (wait > 0 && target === pressed)) return hide();
    hide();
    timer = setTimeout(() => target.isConnected && show(target, target.getAttribute("data-tip") ?? ""), wait);
  };
  listen(root, "pointerover", (event) => event.pointerType !== "touch" && offer(event, DELAY_MS), signal);
  listen(root, "focusin", (event) => (event.target as Element).matches(":focus-visible") && offer(event, 0), signal);
  for (const type of ["pointerleave", "pointerdown", "focusout"] as const) listen(root, type, hide, signal);
  listen(root, "pointerdown", (event) => (pressed = explained(event)), signal);
  listen(root, "pointerleave", () => (pressed = null), signal);
  listen(root, "keydown", (event) => event.key === "Escape" && hide(), signal);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return { show, hide };
}

/** Below the target (or the row that it explains) where there is room, else above; never outside the widget. */
function placeBubble(bubble: HTMLElement, element: Element, root: HTMLElement): void {
  const box = root.getBoundingClientRect();
  const { left: start, width: wide } = element.getBoundingClientRect();
  const target = (element.closest("[data-tip-row]") ?? element).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const centre = start + wide / 2 - box.left - width / 2;
  const below = target.bottom - box.top + MARGIN;
  const above = target.top - box.top - height - MARGIN;
  bubble.style.left = `${Math.max(MARGIN, Math.min(box.width - width - MARGIN, centre))}px`;
  bubble.style.top = `${below + height <= box.height || above < 0 ? below : above}px`;
}
