/** The field for mode sizes with its list of suggestions. */

import { formatModes, parseModes } from "../structure/counts.js";
import { button } from "../ui/buttons.js";
import { disclosure } from "../ui/disclosure.js";
import { focused, html, listen, setAttributes } from "../ui/dom.js";
import { typed } from "../ui/fields.js";
import { arrowKeys, UP_AND_DOWN } from "../ui/roving.js";
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

export function modesBox(events: ModesEvents, signal: AbortSignal): ModesBox {
  const input = html("input", {
    class: "tnx-field", type: "text", spellcheck: "false", autocomplete: "off", maxlength: 200, "data-field": "modes",
    role: "combobox", "aria-label": "mode sizes", "aria-haspopup": "listbox",
  });
  explain(input, "Mode sizes of the tensor, e.g. 16x16x16x16 or 4^8; their product is the number of entries. Arrow down opens a list.");
  let data: DataRecord | null = null;
  const written = (): string => (data ? formatModes(data.modes) : "");
  const field = typed(input, {
    read: (text) => (data === null || text.trim() === written() ? [] : parseModes(text, data.size)),
    take: (modes) => (data === null || modes.length === 0 ? field.reset() : events.choose(modes, data.order)),
    complain: events.complain,
    written,
  }, signal);
  const list = suggestionList(input, ({ modes, order }) => {
    input.value = formatModes(modes);
    events.choose(modes, order);
  }, signal);
  const open = (): void => void (data && list.open(data));
  listen(input, "keydown", (event) => {
    const act = { Enter: field.commit, ArrowDown: open }[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  }, signal);
  const toggle = button({ icon: "down", label: "Suggested mode sizes", tip: "Suggested mode sizes", action: "modes", onPress: open }, signal);
  setAttributes(toggle, { tabindex: -1 });
  return {
    element: html("div", { class: "tnx-combo" }, input, toggle, list.element),
    show(next) {
      data = next;
      if (focused(input) !== input || input.getAttribute("aria-invalid") === null) field.reset();
    },
  };
}

interface SuggestionList {
  element: HTMLElement;
  open(data: DataRecord): void;
}

/** The list under the field; it takes the focus while it is open and gives it back. */
function suggestionList(input: HTMLInputElement, choose: (suggestion: Suggestion) => void, signal: AbortSignal): SuggestionList {
  const element = html("div", { class: "tnx-list", role: "listbox", "aria-label": "suggested mode sizes" });
  const options = (): HTMLElement[] => [...element.children] as HTMLElement[];
  const first = (): HTMLElement | null => options().find((each) => each.getAttribute("aria-selected") === "true") ?? options()[0] ?? null;
  const list = disclosure({ opener: input, part: element, first }, signal);
  let shown: readonly Suggestion[] = [];
  const pick = (target: EventTarget | null): void => {
    const suggestion = shown[options().indexOf(target as HTMLElement)];
    if (suggestion === undefined) return;
    list.leave();
    choose(suggestion);
  };
  arrowKeys(element, options, { steps: UP_AND_DOWN }, signal);
  listen(element, "keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    pick(event.target);
  }, signal);
  listen(element, "click", (event) => pick(event.target), signal);
  return {
    element,
    open(data) {
      shown = data.suggestions;
      element.replaceChildren(...shown.map((suggestion) => option(suggestion, isCurrent(suggestion, data))));
      list.open();
    },
  };
}

const option = (suggestion: Suggestion, current: boolean): HTMLElement =>
  html("div", { role: "option", tabindex: -1, "aria-selected": String(current) }, suggestion.label);

const isCurrent = ({ modes, order }: Suggestion, data: DataRecord): boolean =>
  order === data.order && formatModes(modes) === formatModes(data.modes);
