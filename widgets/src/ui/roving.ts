/** Focus that arrow keys move among the items of a group: toolbars, menus, lists. */

import { listen } from "./dom.js";

/** Places that a key moves the focus by; infinite ones lead to an end. */
type Steps = Readonly<Record<string, number>>;

const ENDS = { Home: -Infinity, End: Infinity };
export const ACROSS: Steps = { ArrowRight: 1, ArrowLeft: -1 };
export const UP_AND_DOWN: Steps = { ArrowDown: 1, ArrowUp: -1, ...ENDS };

/** The items of a group when a key is pressed on `target`. */
type Items = (target: EventTarget | null) => readonly HTMLOrSVGElement[];

/** Whether a key moves the caret of a text field: sideways, unless it stands at that end already. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) || target.selectionStart === null) return false;
  const [from, to] = [target.selectionStart, target.selectionEnd];
  if (key === "ArrowLeft" || key === "Home") return from !== 0 || to !== 0;
  return (key === "ArrowRight" || key === "End") && (from !== target.value.length || to !== from);
}

/** Move the focus from item to item; with `around`, a step beyond one end leads to the other. */
export function arrowKeys(group: Element, items: Items, { steps, around = false }: { steps: Steps; around?: boolean }, signal: AbortSignal): void {
  listen(group, "keydown", (event) => {
    const all = items(event.target);
    const here = all.indexOf(event.target as unknown as HTMLOrSVGElement);
    const step = steps[event.key];
    if (here < 0 || step === undefined || isTyping(event.target, event.key)) return;
    event.preventDefault();
    const next = around && Number.isFinite(step) ? (here + step + all.length) % all.length : here + step;
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  }, signal);
}

/**
 * Make a group one stop of the Tab key in which arrow keys, Home and End move the focus. Call the returned function
 * after its items have changed.
 */
export function roving(group: Element, items: () => HTMLOrSVGElement[], signal: AbortSignal): () => void {
  const settle = (wanted?: HTMLOrSVGElement): void => {
    const all = items();
    const chosen = wanted ?? all.find((item) => item.tabIndex === 0) ?? all[0];
    for (const item of all) {
      const index = item === chosen ? "0" : "-1";
      const element = item as unknown as Element;
      if (element.getAttribute("tabindex") !== index) element.setAttribute("tabindex", index);
    }
  };
  arrowKeys(group, items, { steps: { ...ACROSS, ...UP_AND_DOWN } }, signal);
  listen(group, "focusin", (event) => {
    const target = event.target as unknown as HTMLOrSVGElement;
    if (items().includes(target)) settle(target);
  }, signal);
  settle();
  return () => settle();
}
