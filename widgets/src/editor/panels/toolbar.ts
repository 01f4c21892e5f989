/** The toolbar: presets with their rank, tools, view, files. One stop for Tab; arrow keys go along it. */

import { MAX_DIGITS, readCount } from "../../structure/counts.js";
import { typicalRank } from "../../structure/structure.js";
import { html, listen, setAttributes } from "../../ui/dom.js";
import { button, drawIcon, type Icon, setUsable } from "../../ui/buttons.js";
import { keyed } from "../../ui/keyed.js";
import type { MenuRow } from "../../ui/popup.js";
import { roving } from "../../ui/roving.js";
import { explain } from "../../ui/tooltip.js";
import type { Preset } from "../../wire/editor_state.js";
import { type Command, isViewOnly, run } from "../commands.js";
import type { Desk } from "../desk.js";
import { keyOf } from "../gestures/shortcuts.js";
import { GRAPH_STORY } from "./graph_words.js";

interface Tool {
  readonly command: Command & Icon;
  readonly label: string;
  readonly text?: string;
  /** The tooltip, where it is longer than the label. */
  readonly story?: string;
}

const GROUPS: readonly (readonly Tool[])[] = [
  [
    { command: "core", label: "Add a core", text: "Core" },
    { command: "bond", label: "Bond the selected cores", text: "Bond" },
    { command: "leg", label: "Give the selected core a leg", text: "Leg" },
    { command: "delete", label: "Remove what is selected" },
  ],
  [
    { command: "undo", label: "Undo" },
    { command: "redo", label: "Redo" },
  ],
  [
    { command: "layout", label: "Lay out anew; cores held in place stay" },
    { command: "hold", label: "Hold the selected cores in place" },
    { command: "graph", label: "Measure the graph", text: "Graph", story: GRAPH_STORY },
    { command: "fit", label: "Fit to the window" },
    { command: "zoom_out", label: "Zoom out" },
    { command: "zoom_in", label: "Zoom in" },
  ],
  [
    { command: "export", label: "Export as JSON, SVG, PNG, TikZ, Python or einsum", text: "Export" },
    { command: "import", label: "Import JSON or einsum", text: "Import" },
    { command: "help", label: "Keys and gestures" },
  ],
];

/** Presets shown as buttons; when at least two more exist, the rest are in a menu. */
const ROW = 7;

export interface Toolbar {
  readonly element: HTMLElement;
  refresh(): void;
}

/** Draw a preset, with a rank that a person has typed, else with the one that suits the data. */
type Choose = (preset: Preset, rank?: number) => void;

export function makeToolbar(desk: Desk, choose: Choose): Toolbar {
  const element = html("div", { class: "tn-toolbar", role: "toolbar", "aria-label": "Network tools" });
  const rank = html("input", { class: "tn-rank-field", type: "text", inputmode: "numeric", maxlength: MAX_DIGITS, "data-action": "preset_rank", "aria-label": "Rank of a preset" });
  explain(rank, "Rank of every bond of a preset; over data, until one is typed, presets take ranks that need about equally many numbers.");
  const buttons = new Map<Command, HTMLButtonElement>();
  for (const group of GROUPS) {
    const box = html("div", { class: "tn-group", role: "group" });
    for (const tool of group) box.append(toolButton(desk, tool, buttons));
    element.append(box);
  }
  let typed = false;
  listen(rank, "input", () => (typed = rank.value.trim() !== ""), desk.signal);
  const pick = (preset: Preset): void => {
    if (!typed && desk.store.locked) return choose(preset);
    const value = readCount(rank.value, "rank");
    if (typeof value === "string") return desk.fail(value);
    choose(preset, value);
  };
  const presets = presetGroup(desk, rank, pick);
  element.prepend(presets.element);
  const settle = roving(element, () => stops(element), desk.signal);
  const refresh = (): void => {
    presets.refresh();
    if (!typed) rank.value = String(typicalRank(desk.store.committed));
    paintTools(buttons, desk);
    settle();
  };
  return { element, refresh };
}

function toolButton(desk: Desk, { command, label, text, story }: Tool, buttons: Map<Command, HTMLButtonElement>): HTMLButtonElement {
  const key = keyOf(command);
  const named = key === "" ? label : `${label} (${key})`;
  const attributes = { class: "tn-button", "aria-haspopup": command === "export" ? "menu" : null };
  const made = button({ icon: command, text, label: named, tip: story ?? named, action: command, attributes, onPress: () => run(desk, command) }, desk.signal);
  buttons.set(command, made);
  return made;
}

/** Show which tools can be used; a disabled one stays focusable, so that the focus is not lost when it becomes so. */
function paintTools(buttons: ReadonlyMap<Command, HTMLButtonElement>, { store, graph }: Desk): void {
  buttons.forEach((button, command) => {
    if (command === "graph") setAttributes(button, { "aria-pressed": String(graph.shown) });
    const idle = (command === "undo" && !store.canUndo) || (command === "redo" && !store.canRedo);
    setAttributes(button, {
      "aria-disabled": idle ? "true" : null,
      hidden: store.readOnly && !isViewOnly(command) ? "" : null,
    });
  });
  for (const button of buttons.values()) {
    const group = button.parentElement as HTMLElement;
    setAttributes(group, { hidden: [...group.children].every((child) => child.hasAttribute("hidden")) ? "" : null });
  }
}

interface Presets {
  readonly element: HTMLElement;
  refresh(): void;
}

/** The presets as buttons; those that find no room are in a menu with their full names. */
function presetGroup(desk: Desk, rank: HTMLInputElement, pick: (preset: Preset) => void): Presets {
  const list = html("span", { class: "tn-preset-list" });
  const more = button({ label: "More formats", tip: "More formats", action: "more_presets", attributes: { class: "tn-button tn-more", "aria-haspopup": "menu" }, onPress: () => showMore() }, desk.signal);
  more.append("More", drawIcon("more"));
  const press = (preset: Preset): void => {
    const refusal = refusalOf(desk, preset);
    if (refusal) desk.fail(refusal);
    else pick(preset);
  };
  const showMore = (): void => {
    const rows = presetsOf(desk).slice(ROW).map((preset): MenuRow => ({
      label: preset.label, keys: preset.short, action: `preset:${preset.name}`, hint: story(desk, preset),
      idle: refusalOf(desk, preset) !== "", run: () => press(preset),
    }));
    desk.menu("More formats", rows, more);
  };
  const make = (preset: Preset): HTMLButtonElement => {
    const made = html("button", { type: "button", class: "tn-button", "data-action": `preset:${preset.name}`, "aria-label": preset.label }, preset.short);
    listen(made, "click", () => press(preset), desk.signal); // a refused one says why
    return made;
  };
  const update = (made: HTMLElement, preset: Preset): void => {
    explain(made, story(desk, preset));
    setUsable(made, refusalOf(desk, preset) === "");
  };
  const element = html("div", { class: "tn-group", role: "group", "aria-label": "Presets", hidden: "" }, list, more, html("label", { class: "tn-rank-label" }, "rank ", rank));
  return {
    element,
    refresh() {
      const presets = presetsOf(desk);
      const crowded = presets.length > ROW + 1;
      setAttributes(element, { hidden: desk.store.readOnly || presets.length === 0 ? "" : null });
      setAttributes(more, { hidden: crowded ? null : "" });
      keyed(list, crowded ? presets.slice(0, ROW) : presets, { key: ({ name }) => name, make, update, ordered: true });
    },
  };
}

const presetsOf = ({ link }: Desk): readonly Preset[] => link.get("presets") ?? [];

/** Why a preset cannot be drawn over the present modes; "" where it can. */
const refusalOf = ({ link }: Desk, { name }: Preset): string => link.get("refusals")?.[name] ?? "";

const story = (desk: Desk, preset: Preset): string => `${preset.label}: ${preset.description} ${refusalOf(desk, preset)}`.trim();

const stops = (bar: HTMLElement): HTMLElement[] =>
  [...bar.querySelectorAll<HTMLElement>("button, input")].filter((stop) => stop.closest("[hidden]") === null);
