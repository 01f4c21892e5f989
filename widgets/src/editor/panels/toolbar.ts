/** The toolbar: presets with their rank, tools, view, files. One stop for Tab; arrow keys go along it. */

import { MAX_DIGITS, readCount } from "../../structure/counts.js";
import { typicalRank } from "../../structure/structure.js";
import { html, listen, setAttributes } from "../../ui/dom.js";
import { setUsable } from "../../ui/buttons.js";
import type { MenuRow } from "../../ui/popup.js";
import { roving } from "../../ui/roving.js";
import { explain } from "../../ui/tooltip.js";
import type { Preset } from "../../wire/editor_state.js";
import { type Command, isViewOnly, run } from "../commands.js";
import type { Desk } from "../desk.js";
import { keyOf } from "../gestures/shortcuts.js";
import { GRAPH_STORY } from "./graph_words.js";
import { type ToolIcon, toolIcon } from "./tool_icons.js";

interface Tool {
  readonly command: Command & ToolIcon;
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
    { command: "layout", label: "Lay out anew; pinned cores stay" },
    { command: "pin", label: "Pin the selected cores" },
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

type Choose = (preset: Preset, rank: number) => void;

export function makeToolbar(desk: Desk, choose: Choose): Toolbar {
  const element = html("div", { class: "tn-toolbar", role: "toolbar", "aria-label": "Network tools" });
  const presets = html("div", { class: "tn-group tn-presets", role: "group", "aria-label": "Presets" });
  const rank = html("input", { class: "tn-rank-field", type: "text", inputmode: "numeric", maxlength: MAX_DIGITS, "data-action": "preset_rank", "aria-label": "Rank of a preset" });
  explain(rank, "Rank of every bond of a preset");
  const buttons = new Map<Command, HTMLButtonElement>();
  element.append(presets);
  for (const group of GROUPS) {
    const box = html("div", { class: "tn-group", role: "group" });
    for (const tool of group) box.append(toolButton(desk, tool, buttons));
    element.append(box);
  }
  let typed = false;
  listen(rank, "input", () => (typed = true), desk.signal);
  const pick: Choose = (preset) => {
    const value = readCount(rank.value, "rank");
    if (typeof value === "string") return desk.fail(value);
    choose(preset, value);
  };
  const settle = roving(element, () => stops(element), desk.signal);
  const refresh = (): void => {
    paintPresets(presets, rank, desk, pick);
    if (!typed) rank.value = String(typicalRank(desk.store.committed));
    paintTools(buttons, desk);
    settle();
  };
  return { element, refresh };
}

function toolButton(desk: Desk, tool: Tool, buttons: Map<Command, HTMLButtonElement>): HTMLButtonElement {
  const key = keyOf(tool.command);
  const label = key === "" ? tool.label : `${tool.label} (${key})`;
  const button = html("button", { type: "button", class: "tn-button", "aria-label": label, "data-action": tool.command }, toolIcon(tool.command));
  explain(button, tool.story ?? label);
  if (tool.text !== undefined) button.append(html("span", {}, tool.text));
  if (tool.command === "export") setAttributes(button, { "aria-haspopup": "menu" });
  listen(button, "click", () => run(desk, tool.command), desk.signal);
  buttons.set(tool.command, button);
  return button;
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

function paintPresets(box: HTMLElement, rank: HTMLInputElement, desk: Desk, pick: Choose): void {
  const presets = desk.link.get("presets") ?? [];
  const refusals = desk.link.get("refusals") ?? {};
  setAttributes(box, { hidden: desk.store.readOnly || presets.length === 0 ? "" : null });
  const shown = presets.length > ROW + 1 ? presets.slice(0, ROW) : presets;
  const names = presets.map((preset) => preset.name).join();
  if (box.dataset["names"] !== names) {
    box.dataset["names"] = names;
    const more = shown.length < presets.length ? [moreButton(desk, pick)] : [];
    box.replaceChildren(...shown.map((preset) => presetButton(preset, desk, pick)), ...more, html("label", { class: "tn-rank-label" }, "rank ", rank));
  }
  shown.forEach((preset, place) => {
    const refusal = refusals[preset.name];
    const button = box.children[place] as HTMLElement;
    explain(button, story(preset, refusal));
    setUsable(button, !refusal);
  });
}

function presetButton(preset: Preset, desk: Desk, pick: Choose): HTMLButtonElement {
  const button = html("button", { type: "button", class: "tn-button", "data-action": `preset:${preset.name}`, "aria-label": preset.label }, preset.short);
  listen(button, "click", () => pickOrSay(preset, desk, pick), desk.signal);
  return button;
}

/** The presets that are no button of their own, in a menu with their full names. */
function moreButton(desk: Desk, pick: Choose): HTMLButtonElement {
  const button = html("button", { type: "button", class: "tn-button tn-more", "data-action": "more_presets", "aria-haspopup": "menu", "aria-label": "More formats" }, "More", toolIcon("more"));
  explain(button, "More formats");
  listen(button, "click", () => {
    const refusals = desk.link.get("refusals") ?? {};
    const rows = (desk.link.get("presets") ?? []).slice(ROW).map((preset): MenuRow => {
      const refusal = refusals[preset.name];
      return {
        label: preset.label, keys: preset.short, action: `preset:${preset.name}`,
        hint: story(preset, refusal), idle: Boolean(refusal),
        run: () => pickOrSay(preset, desk, pick),
      };
    });
    desk.menu("More formats", rows, button);
  }, desk.signal);
  return button;
}

const story = (preset: Preset, refusal = ""): string => `${preset.label}: ${preset.description} ${refusal}`.trim();

function pickOrSay(preset: Preset, desk: Desk, pick: Choose): void {
  const refusal = desk.link.get("refusals")?.[preset.name];
  if (refusal) desk.fail(refusal);
  else pick(preset, 0);
}

const stops = (bar: HTMLElement): HTMLElement[] =>
  [...bar.querySelectorAll<HTMLElement>("button, input")].filter((stop) => stop.closest("[hidden]") === null);
