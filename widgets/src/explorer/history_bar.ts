/** The structures visited, in the order of their first visit, by error or by size, and the buttons that save and open a session. */

import { button } from "../ui/buttons.js";
import { html, listen, setAttributes, setText } from "../ui/dom.js";
import { filePicker } from "../ui/fields.js";
import { formatError } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { roving } from "../ui/roving.js";
import { explain, term } from "../ui/tooltip.js";
import type { Visit } from "../wire/explorer_state.js";
import { visitWords } from "./trade_off_chart.js";

const ORDERS = { turn: "in turn", error: "by error", size: "by size" } as const;

export interface HistoryBar {
  element: HTMLElement;
  show(visited: readonly Visit[], currentId: number): void;
}

export function historyBar(restore: (id: number) => void, signal: AbortSignal): HistoryBar {
  const chips = html("div", { class: "tnx-chips", role: "toolbar", "aria-label": "structures visited" });
  listen(chips, "click", (event) => {
    const chip = (event.target as Element).closest("[data-history]");
    if (chip && chip.getAttribute("aria-current") === null) restore(Number(chip.getAttribute("data-history")));
  }, signal);
  const settle = roving(chips, () => [...chips.children] as HTMLElement[], signal);
  const title = term("history", "Structures that were drawn for a second or fitted to an end, with their best relative errors; dashed where the fit was cut short. Choose one to restore it.");
  const sort = html("select", { class: "tnx-field", "data-field": "sort-history", "aria-label": "Order of the history" },
    ...Object.entries(ORDERS).map(([name, words]) => html("option", { value: name }, words)));
  let shownId = 0;
  let [last, lastId]: [readonly Visit[], number] = [[], 0];
  const list = (visited: readonly Visit[], currentId: number): void => {
    [last, lastId] = [visited, currentId];
    const inTurn = [...visited].sort((a, b) => a.id - b.id).map((visit, place) => ({ ...visit, turn: place + 1 }));
    const rank = (visit: Visit): number => (sort.value === "error" ? visit.relative_error : sort.value === "size" ? visit.parameters : visit.id);
    const items = inTurn.sort((a, b) => rank(a) - rank(b));
    keyed(chips, items, { key: ({ id }) => String(id), make: makeChip, update: (chip, visit) => showChip(chip, visit, visit.id === currentId), ordered: true });
    setAttributes(sort, { hidden: visited.length < 2 ? "" : null });
    settle();
  };
  listen(sort, "change", () => list(last, lastId), signal);
  return {
    element: html("div", { class: "tnx-history" }, title, sort, chips),
    show(visited, currentId) {
      list(visited, currentId);
      if (currentId === shownId) return;
      shownId = currentId;
      const current = chips.querySelector<HTMLElement>("[aria-current]");
      if (current) chips.scrollLeft = current.offsetLeft - chips.offsetLeft - chips.clientWidth / 2;
    },
  };
}

const makeChip = (visit: Visit): HTMLElement =>
  html("button", { type: "button", class: "tnx-chip", "data-history": visit.id, tabindex: -1 }, html("b", {}), html("span", {}));

function showChip(chip: HTMLElement, visit: Visit & { turn: number }, current: boolean): void {
  setText(chip.firstElementChild as Element, String(visit.turn));
  setText(chip.lastElementChild as Element, formatError(visit.relative_error));
  setAttributes(chip, { "aria-current": current ? "true" : null, "data-cut-short": visit.cut_short ? "" : null, "aria-label": `Structure ${visit.turn}: ${formatError(visit.relative_error)}` });
  explain(chip, visitWords(visit));
}

/** Buttons to save the session as a file and to open one. */
export function sessionButtons(onSave: () => void, upload: (file: File) => void, signal: AbortSignal): HTMLElement {
  const picker = filePicker({ accept: ".tnlab", label: "session to open" }, upload, signal);
  const save = button({
    icon: "save", text: "Save", label: "Save the session", action: "save",
    tip: "Save data, structure, cores and history as a .tnlab file.",
    onPress: onSave,
  }, signal);
  const open = button({
    icon: "open", text: "Open", label: "Open a session", action: "open", tip: "Open a .tnlab file that was saved here.",
    onPress: () => picker.click(),
  }, signal);
  return html("div", { class: "tnx-session" }, picker, save, open);
}
