/** The best structure so far: its diagram, numbers and last change, and buttons to open or copy it. */

import { morphingDiagram } from "../../diagram/morphing_diagram.js";
import { button, setUsable } from "../../ui/buttons.js";
import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { formatCount, formatError, formatRatio } from "../../ui/format.js";
import { explain } from "../../ui/tooltip.js";
import type { StructureRecord } from "../../wire/editor_state.js";
import type { Incumbent, Lane } from "../../wire/workbench_state.js";
import { colourOf, laneName } from "../lanes/lane_looks.js";
import { leading } from "../lanes/standings.js";

export interface IncumbentPanel {
  element: HTMLElement;
  show(lanes: readonly Lane[], target: number): void;
  /** Watch one lane, or with null the best. */
  watch(lane: number | null): void;
}

export interface IncumbentEvents {
  open(lane: number, number: number): void;
  say(sentence: string): void;
}

/** A structure as JSON text. */
export const structureText = (structure: StructureRecord): string => JSON.stringify(structure, null, 2);

const entries = (modes: readonly number[]): number => modes.reduce((product, size) => product * size, 1);

export function incumbentPanel(events: IncumbentEvents, signal: AbortSignal): IncumbentPanel {
  let lanes: readonly Lane[] = [];
  let watched: number | null = null;
  let drawn = "";
  const diagram = morphingDiagram(signal);
  const menu = html("select", { class: "tnx-field tnw-lane-menu", "aria-label": "whose best is shown", "data-field": "shown-lane" });
  const parameters = html("b", { class: "tnw-large", "data-field": "best-parameters" });
  const error = html("b", { class: "tnw-large", "data-field": "best-error" });
  const ratio = html("span", { class: "tnw-note", "data-field": "best-ratio" });
  const move = html("p", { class: "tnw-move", "data-field": "last-change" });
  const empty = html("p", { class: "tnw-empty" }, "The best structure found so far is drawn here.");
  const current = (): Lane | null => (watched === null ? leading(lanes) : (lanes.find(({ id }) => id === watched) ?? null));

  const open = button({
    icon: "open", text: "Open in Explorer", label: "Open this structure in the Explorer", action: "open-best",
    tip: "Go on from this structure by hand, its cores already fitted.",
    onPress: () => {
      const lane = current();
      if (lane?.incumbent) events.open(lane.id, lane.incumbent.number);
    },
  }, signal);
  const copy = button({
    text: "Copy JSON", label: "Copy the structure as JSON", action: "copy-structure", tip: "The structure as text, for the editor, Python or a file.",
    onPress: () => {
      const structure = current()?.incumbent?.structure;
      if (structure) void toClipboard(structureText(structure)).then((done) => events.say(done ? "The structure is copied." : "The browser does not allow copying here."));
    },
  }, signal);
  listen(menu, "change", () => {
    watched = menu.value === "" ? null : Number(menu.value);
    render();
  }, signal);

  const showMenu = (): void => {
    const best = leading(lanes);
    const rows = [{ value: "", label: best ? `best: ${laneName(best, lanes)}` : "best" }, ...lanes.map((lane) => ({ value: String(lane.id), label: laneName(lane, lanes) }))];
    const text = JSON.stringify(rows);
    if (menu.dataset["rows"] !== text) {
      menu.dataset["rows"] = text;
      menu.replaceChildren(...rows.map(({ value, label }) => html("option", { value }, label)));
    }
    menu.value = watched === null ? "" : String(watched);
    menu.hidden = lanes.length < 2;
  };
  const render = (): void => {
    if (watched !== null && !lanes.some(({ id }) => id === watched)) watched = null;
    showMenu();
    const lane = current();
    const best = lane?.incumbent ?? null;
    for (const each of [open, copy]) setUsable(each, best !== null);
    empty.hidden = best !== null;
    const look = lane ? lanes.indexOf(lane) : 0;
    element.style.setProperty("--tnw-own", colourOf(look));
    setText(parameters, best ? formatCount(best.parameters) : "\u2013");
    setText(error, best ? formatError(best.relative_error) : "\u2013");
    setAttributes(parameters, { "data-value": best?.parameters ?? "" });
    setAttributes(error, { "data-value": best?.relative_error ?? "", "data-reached": best?.reached ? "" : null });
    setText(ratio, best ? `${formatRatio(entries(best.structure.modes) / best.parameters)} \u00d7 smaller` : "");
    const change = best ? best.changed.words || best.move : "";
    setText(move, best ? `${best.reached ? "" : "Nearest to the target so far. "}${change ? `Last change: ${change}` : ""}` : "");
    explain(move, best ? `Evaluation ${formatCount(best.number)} of ${lane ? laneName(lane, lanes) : ""}${best.move ? `: ${best.move}` : ""}` : "");
    const key = best && lane ? `${lane.id} ${lane.generation} ${best.number}` : "";
    if (key === drawn) return;
    drawn = key;
    diagram.show(best?.structure ?? null, best?.changed.bonds ?? [], best ? diagramWords(best) : "no structure yet");
  };
  const count = (term: string, value: HTMLElement, tip: string): HTMLElement => {
    const name = html("span", { class: "tnx-term", tabindex: 0 }, term);
    explain(name, tip);
    return html("div", { class: "tnw-count" }, name, value);
  };
  const numbers = html("div", { class: "tnw-counts" },
    count("parameters", parameters, "Entries of all cores together."),
    count("relative error", error, "The norm of tensor minus reconstruction, divided by the norm of the tensor."),
    ratio);
  const element = html("div", { class: "tnw-incumbent" },
    html("div", { class: "tnx-head" }, html("span", { class: "tnx-title" }, "best structure"), menu),
    numbers, html("div", { class: "tnw-picture" }, diagram.element, empty), move, html("div", { class: "tnw-buttons" }, open, copy));
  return {
    element,
    show(next) {
      lanes = next;
      render();
    },
    watch(lane) {
      watched = lane;
      render();
    },
  };
}

/** The structure in a sentence, for screen readers. */
export function diagramWords({ structure, parameters }: Incumbent): string {
  const names = structure.cores.map((core, k) => core.name ?? String.fromCharCode(65 + k));
  const bonds = structure.bonds.map((bond) => `${bond.cores.map((core) => names[core]).join("-")} of rank ${bond.rank}`);
  return `${names.length} cores, ${formatCount(parameters)} parameters; bonds ${bonds.join(", ") || "none"}`;
}

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
