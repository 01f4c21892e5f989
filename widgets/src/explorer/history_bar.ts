/** The structures visited, in the order of their first visit, and the buttons that save and open a session. */

import { button } from "../ui/buttons.js";
import { html, listen, setAttributes, setText } from "../ui/dom.js";
import { filePicker } from "../ui/fields.js";
import { formatError } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { roving } from "../ui/roving.js";
import { explain, term } from "../ui/tooltip.js";
import type { Visit } from "../wire/explorer_state.js";
import { visitWords } from "./trade_off_chart.js";

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
  const title = term("history", "Every structure visited with its best relative error. Choose one to restore it.");
  let shownId = 0;
  return {
    element: html("div", { class: "tnx-history" }, title, chips),
    show(visited, currentId) {
      const inOrder = [...visited].sort((a, b) => a.id - b.id).map((visit, place) => ({ ...visit, turn: place + 1 }));
      keyed(chips, inOrder, { key: ({ id }) => String(id), make: makeChip, update: (chip, visit) => showChip(chip, visit, visit.id === currentId) });
      settle();
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
  setAttributes(chip, { "aria-current": current ? "true" : null, "aria-label": `Structure ${visit.turn}: ${formatError(visit.relative_error)}` });
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
