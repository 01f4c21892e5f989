/** The choice of engines: chips of those chosen, and a list of all with the reasons against each. */

import { button } from "../../ui/buttons.js";
import { disclosure } from "../../ui/disclosure.js";
import { focused, html, listen, setAttributes, setText } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import { arrowKeys, UP_AND_DOWN } from "../../ui/roving.js";
import { explain } from "../../ui/tooltip.js";
import type { EngineEntry, Settings } from "../../wire/workbench_state.js";
import { showLook } from "../lanes/lane_looks.js";

export interface EnginesBox {
  element: HTMLElement;
  show(engines: readonly EngineEntry[], settings: Settings, locked: boolean, look: (engine: string) => number): void;
}

/** An engine in words: why it cannot be chosen, what it does, where it was published. */
export function engineWords(engine: EngineEntry, refusal: string | undefined): string {
  const why = refusal ? `Cannot be chosen: ${refusal}` : "";
  const batch = engine.batch ? "Many workers help it." : "";
  return [why, engine.summary, batch, engine.paper].filter((words) => words !== "").join(" ");
}

export function enginesBox(choose: (names: string[]) => void, signal: AbortSignal): EnginesBox {
  let settings: Settings | null = null;
  const chips = html("span", { class: "tnw-chips", role: "group", "aria-label": "engines chosen" });
  const list = html("div", { class: "tnx-list tnw-engine-list", role: "group", "aria-label": "engines" });
  const inputs = (): HTMLInputElement[] => [...list.querySelectorAll("input")];
  const toggle = button({
    icon: "down", text: "Engines", label: "Choose engines", action: "engines",
    tip: "One engine, or several side by side.", onPress: () => shown.toggle(),
  }, signal);
  const first = (): HTMLElement | null => list.querySelector<HTMLElement>("input:not([aria-disabled])");
  const shown = disclosure({ opener: toggle, part: list, first }, signal);
  arrowKeys(list, inputs, { steps: UP_AND_DOWN, around: true }, signal);
  listen(list, "change", (event) => {
    const box = event.target as HTMLInputElement;
    if (settings === null) return;
    if (box.getAttribute("aria-disabled") === "true") box.checked = settings.engines.includes(box.value);
    else choose(box.checked ? [...settings.engines, box.value] : settings.engines.filter((name) => name !== box.value));
  }, signal);
  listen(chips, "click", (event) => {
    const chip = (event.target as Element).closest("[data-engine]:not([aria-disabled])");
    if (chip && settings) choose(settings.engines.filter((name) => name !== chip.getAttribute("data-engine")));
  }, signal);
  return {
    element: html("div", { class: "tnw-engines" }, toggle, list, chips),
    show(engines, next, locked, look) {
      settings = next;
      const chosen = next.engines.map((name) => ({ engine: engines.find((each) => each.name === name) ?? { name }, look: look(name) }));
      keyed(chips, chosen, { key: ({ engine }) => engine.name, make: makeChip, update: (chip, item) => showChip(chip, item, next, locked) });
      const refused = ({ name }: EngineEntry): number => Number(name in next.refusals);
      const free = [...engines].sort((a, b) => refused(a) - refused(b));
      // While the list has the focus nothing moves under the pointer.
      keyed(list, free, { key: ({ name }) => name, make: makeRow, update: (row, engine) => showRow(row, engine, next, locked), ordered: !list.contains(focused(list)) });
    },
  };
}

/** An engine that is chosen; one that this kernel does not know has a name only. */
interface Chosen {
  engine: EngineEntry | { name: string; label?: string };
  look: number;
}

const makeChip = ({ engine }: Chosen): HTMLElement =>
  html("button", { type: "button", class: "tnx-chip tnw-chip", "data-engine": engine.name, "data-action": "drop-engine" }, html("span", { class: "tnw-look" }), html("b"), html("span", { "aria-hidden": "true" }, "\u00d7"));

function showChip(chip: HTMLElement, { engine, look }: Chosen, { refusals }: Settings, locked: boolean): void {
  const [holder, name] = chip.children as unknown as [HTMLElement, HTMLElement];
  const [label, refusal] = [engine.label ?? engine.name, refusals[engine.name]];
  showLook(holder, look);
  setText(name, label);
  setAttributes(chip, { "aria-label": `Remove ${label}`, "aria-disabled": locked ? "true" : null, "data-refused": refusal ? "" : null });
  const words = "summary" in engine ? engineWords(engine, refusal) : "";
  explain(chip, locked ? words : `${words} Press to remove it.`.trim());
}

const makeRow = (engine: EngineEntry): HTMLElement =>
  html("label", { class: "tnw-engine" }, html("input", { type: "checkbox", value: engine.name, "data-engine": engine.name }), html("span", {}, html("b"), html("span", { class: "tnw-note" })));

function showRow(row: HTMLElement, engine: EngineEntry, settings: Settings, locked: boolean): void {
  const box = row.querySelector("input") as HTMLInputElement;
  const refusal = settings.refusals[engine.name];
  const [name, note] = (row.lastElementChild as Element).children as unknown as [Element, Element];
  box.checked = settings.engines.includes(engine.name);
  setAttributes(box, { "aria-disabled": locked || (refusal !== undefined && !box.checked) ? "true" : null });
  setText(name, engine.label ?? engine.name);
  setText(note, refusal ?? engine.summary);
  setAttributes(row, { "data-refused": refusal === undefined ? null : "" });
  explain(row, engineWords(engine, refusal));
}
