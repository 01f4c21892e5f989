/** The choice of engines: chips of those chosen, and a list of all with the reasons against each. */

import { button } from "../../ui/buttons.js";
import { focused, html, listen, setAttributes, setText } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import { explain } from "../../ui/tooltip.js";
import type { EngineEntry, Settings } from "../../wire/workbench_state.js";
import { swatch } from "../lanes/lane_looks.js";

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

let boxes = 0;

export function enginesBox(choose: (names: string[]) => void, signal: AbortSignal): EnginesBox {
  let settings: Settings | null = null;
  let engines: readonly EngineEntry[] = [];
  const id = `tnw-engines-${(boxes += 1)}`;
  const chips = html("span", { class: "tnw-chips", role: "group", "aria-label": "engines chosen" });
  const list = html("div", { class: "tnx-list tnw-engine-list", id, role: "group", "aria-label": "engines", hidden: "" });
  const toggle = button({
    icon: "down", text: "Engines", label: "Choose engines", action: "engines", attributes: { "aria-expanded": "false", "aria-controls": id },
    tip: "One engine, or several side by side.", onPress: () => setOpen(list.hidden === true),
  }, signal);
  const setOpen = (open: boolean): void => {
    list.hidden = !open;
    setAttributes(toggle, { "aria-expanded": String(open) });
    if (open) list.querySelector<HTMLInputElement>("input:not([aria-disabled])")?.focus();
  };
  const leave = (): void => {
    setOpen(false);
    toggle.focus();
  };
  listen(list, "keydown", (event) => {
    const boxes = [...list.querySelectorAll<HTMLInputElement>("input")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") leave();
    else if (step) boxes[(boxes.indexOf(focused(list) as HTMLInputElement) + step + boxes.length) % boxes.length]?.focus();
    else return;
    event.preventDefault();
  }, signal);
  listen(list, "focusout", (event) => {
    const to = event.relatedTarget as Node | null;
    if (to !== null && !list.contains(to) && to !== toggle) setOpen(false);
  }, signal);
  listen(list.ownerDocument, "pointerdown", (event) => {
    const path = event.composedPath();
    if (!list.hidden && !path.includes(list) && !path.includes(toggle)) setOpen(false);
  }, signal, { capture: true });
  listen(list, "change", (event) => {
    const box = event.target as HTMLInputElement;
    if (settings === null) return;
    if (box.getAttribute("aria-disabled") === "true") return void (box.checked = settings.engines.includes(box.value));
    choose(box.checked ? [...settings.engines, box.value] : settings.engines.filter((name) => name !== box.value));
  }, signal);
  listen(chips, "click", (event) => {
    const name = (event.target as Element).closest("[data-engine]")?.getAttribute("data-engine");
    const barred = (event.target as Element).closest("[aria-disabled]") !== null;
    if (name && settings && !barred) choose(settings.engines.filter((other) => other !== name));
  }, signal);

  return {
    element: html("div", { class: "tnw-engines" }, toggle, list, chips),
    show(all, next, locked, look) {
      [settings, engines] = [next, all];
      const label = (name: string): string => engines.find((engine) => engine.name === name)?.label ?? name;
      keyed(chips, next.engines, (name) => name, makeChip, (chip, name) => {
        const engine = engines.find((each) => each.name === name);
        showChip(chip, label(name), look(name), locked, engine ? engineWords(engine, next.refusals[name]) : "", next.refusals[name]);
      });
      const free = (engine: EngineEntry): boolean => !(engine.name in next.refusals);
      const ordered = [...engines.filter(free), ...engines.filter((engine) => !free(engine))];
      keyed(list, ordered, ({ name }) => name, makeRow, (row, engine) => showRow(row, engine, next, locked));
      if (ordered.some(({ name }, k) => list.children[k]?.getAttribute("data-key") !== name) && !list.contains(focused(list))) {
        const rows = new Map([...list.children].map((row) => [row.getAttribute("data-key"), row]));
        list.append(...ordered.flatMap(({ name }) => rows.get(name) ?? []));
      }
    },
  };
}

const makeChip = (name: string): HTMLElement =>
  html("button", { type: "button", class: "tnx-chip tnw-chip", "data-engine": name, "data-action": "drop-engine" }, html("span", { class: "tnw-look" }), html("b"), html("span", { "aria-hidden": "true" }, "\u00d7"));

function showChip(chip: HTMLElement, label: string, look: number, locked: boolean, words: string, refusal: string | undefined): void {
  const [holder, name] = chip.children as unknown as [HTMLElement, HTMLElement];
  if (holder.dataset["look"] !== String(look)) {
    holder.dataset["look"] = String(look);
    holder.replaceChildren(swatch(look));
  }
  setText(name, label);
  setAttributes(chip, { "aria-label": `Remove ${label}`, "aria-disabled": locked ? "true" : null, "data-refused": refusal ? "" : null });
  explain(chip, locked ? words : `${words} Press to remove it.`);
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
