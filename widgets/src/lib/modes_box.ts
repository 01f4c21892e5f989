/** The field for mode sizes: type them, or open the list of sensible ones. */

import { button } from "./buttons.js";
import { focused, html, listen, setAttributes, setText } from "./dom.js";
import type { DataRecord, Order, Suggestion } from "./explorer_model.js";
import { formatModes, parseModes } from "./format.js";
import { explain } from "./tooltip.js";

export interface ModesBox {
  element: HTMLElement;
  show(data: DataRecord): void;
}

export interface ModesEvents {
  choose(modes: number[], order: Order): void;
  complain(sentence: string): void;
}

let boxes = 0;

export function modesBox(events: ModesEvents, signal: AbortSignal): ModesBox {
  const listId = `tnx-modes-${(boxes += 1)}`;
  const input = html("input", {
    class: "tnx-field", type: "text", spellcheck: "false", autocomplete: "off", maxlength: 200, "data-field": "modes",
    role: "combobox", "aria-label": "mode sizes", "aria-expanded": "false", "aria-controls": listId, "aria-haspopup": "listbox",
  });
  explain(input, "Mode sizes of the tensor, e.g. 16x16x16x16 or 4^8; their product is the number of entries. Arrow down opens a list.");
  const list = html("div", { class: "tnx-list", role: "listbox", id: listId, "aria-label": "suggested mode sizes", hidden: "" });
  let data: DataRecord | null = null;

  const close = (): void => {
    list.hidden = true;
    setAttributes(input, { "aria-expanded": "false" });
  };
  const open = (): void => {
    if (data === null) return;
    list.replaceChildren(...data.suggestions.map((suggestion) => option(suggestion, isCurrent(suggestion, data))));
    list.hidden = false;
    setAttributes(input, { "aria-expanded": "true" });
    (list.querySelector<HTMLElement>("[aria-selected='true']") ?? (list.firstElementChild as HTMLElement | null))?.focus();
  };
  const reset = (): void => {
    input.value = data ? formatModes(data.modes) : "";
    setAttributes(input, { "aria-invalid": null });
  };
  const commit = (): void => {
    if (data === null || input.value.trim() === formatModes(data.modes)) return reset();
    const modes = parseModes(input.value, data.size);
    setAttributes(input, { "aria-invalid": typeof modes === "string" ? "true" : null });
    if (typeof modes === "string") return events.complain(modes);
    events.choose(modes, data.order);
  };
  const pick = (target: EventTarget | null): void => {
    const place = (target as Element).closest("[data-place]")?.getAttribute("data-place");
    const suggestion = data?.suggestions[Number(place ?? -1)];
    if (suggestion === undefined) return;
    close();
    input.focus();
    input.value = formatModes(suggestion.modes);
    events.choose(suggestion.modes, suggestion.order);
  };
  function option(suggestion: Suggestion, current: boolean): HTMLElement {
    const place = data?.suggestions.indexOf(suggestion);
    return html("div", { role: "option", tabindex: -1, "aria-selected": String(current), "data-place": place }, suggestion.label);
  }

  listen(input, "keydown", (event) => {
    if (event.key === "Enter") commit();
    else if (event.key === "Escape") reset();
    else if (event.key === "ArrowDown") open();
    else return;
    event.preventDefault();
  }, signal);
  listen(input, "change", commit, signal);
  listen(list, "keydown", (event) => moveInList(event, list, () => (close(), input.focus()), pick), signal);
  listen(list, "click", (event) => pick(event.target), signal);
  listen(list, "focusout", (event) => !list.contains(event.relatedTarget as Node | null) && close(), signal);
  const toggle = button({ icon: "down", label: "Suggested mode sizes", tip: "Suggested mode sizes", action: "modes", onPress: open }, signal);
  setAttributes(toggle, { tabindex: -1 });

  return {
    element: html("div", { class: "tnx-combo" }, input, toggle, list),
    show(next) {
      data = next;
      if (focused(input) !== input || input.getAttribute("aria-invalid") === null) reset();
      setText(list, "");
    },
  };
}

const isCurrent = ({ modes, order }: Suggestion, data: DataRecord | null): boolean =>
  data !== null && order === data.order && formatModes(modes) === formatModes(data.modes);

function moveInList(event: KeyboardEvent, list: HTMLElement, leave: () => void, pick: (target: EventTarget | null) => void): void {
  const options = [...list.children] as HTMLElement[];
  const here = options.indexOf(event.target as HTMLElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: options.length - 1 }[event.key];
  if (next !== undefined) options[Math.max(0, Math.min(options.length - 1, next))]?.focus();
  else if (event.key === "Enter" || event.key === " ") pick(event.target);
  else if (event.key === "Escape") leave();
  else return;
  event.preventDefault();
}
