/** The field for mode sizes with its list of suggestions. */

import { formatModes, parseModes } from "../structure/counts.js";
import { button } from "../ui/buttons.js";
import { focused, html, listen, setAttributes } from "../ui/dom.js";
import { explain } from "../ui/tooltip.js";
import type { DataRecord, Order, Suggestion } from "../wire/data_state.js";

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
  const input = html("input", {
    class: "tnx-field", type: "text", spellcheck: "false", autocomplete: "off", maxlength: 200, "data-field": "modes",
    role: "combobox", "aria-label": "mode sizes", "aria-expanded": "false", "aria-haspopup": "listbox",
  });
  explain(input, "Mode sizes of the tensor, e.g. 16x16x16x16 or 4^8; their product is the number of entries. Arrow down opens a list.");
  let data: DataRecord | null = null;
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
  const list = suggestionList(input, ({ modes, order }) => {
    input.value = formatModes(modes);
    events.choose(modes, order);
  }, signal);
  const open = (): void => void (data && list.open(data));
  listen(input, "keydown", (event) => {
    const act = { Enter: commit, Escape: reset, ArrowDown: open }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }, signal);
  listen(input, "change", commit, signal);
  const toggle = button({ icon: "down", label: "Suggested mode sizes", tip: "Suggested mode sizes", action: "modes", onPress: open }, signal);
  setAttributes(toggle, { tabindex: -1 });
  return {
    element: html("div", { class: "tnx-combo" }, input, toggle, list.element),
    show(next) {
      data = next;
      if (focused(input) !== input || input.getAttribute("aria-invalid") === null) reset();
    },
  };
}

interface SuggestionList {
  element: HTMLElement;
  open(data: DataRecord): void;
}

/** The list under the field; it takes the focus while it is open and gives it back. */
function suggestionList(input: HTMLInputElement, choose: (suggestion: Suggestion) => void, signal: AbortSignal): SuggestionList {
  const id = `tnx-modes-${(boxes += 1)}`;
  const list = html("div", { class: "tnx-list", role: "listbox", id, "aria-label": "suggested mode sizes", hidden: "" });
  setAttributes(input, { "aria-controls": id });
  let shown: readonly Suggestion[] = [];
  const setOpen = (open: boolean): void => {
    list.hidden = !open;
    setAttributes(input, { "aria-expanded": String(open) });
  };
  const leave = (): void => {
    setOpen(false);
    input.focus();
  };
  const pick = (target: EventTarget | null): void => {
    const option = (target as Element).closest("[data-place]");
    const suggestion = shown[Number(option?.getAttribute("data-place") ?? -1)];
    if (suggestion === undefined) return;
    leave();
    choose(suggestion);
  };
  listen(list, "keydown", (event) => moveInList(event, list, leave, pick), signal);
  listen(list, "click", (event) => pick(event.target), signal);
  listen(list, "focusout", (event) => !list.contains(event.relatedTarget as Node | null) && setOpen(false), signal);
  return {
    element: list,
    open(data) {
      shown = data.suggestions;
      list.replaceChildren(...shown.map((suggestion, place) => option(suggestion, place, isCurrent(suggestion, data))));
      setOpen(true);
      (list.querySelector<HTMLElement>("[aria-selected='true']") ?? (list.firstElementChild as HTMLElement | null))?.focus();
    },
  };
}

const option = (suggestion: Suggestion, place: number, current: boolean): HTMLElement =>
  html("div", { role: "option", tabindex: -1, "aria-selected": String(current), "data-place": place }, suggestion.label);

const isCurrent = ({ modes, order }: Suggestion, data: DataRecord): boolean =>
  order === data.order && formatModes(modes) === formatModes(data.modes);

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
