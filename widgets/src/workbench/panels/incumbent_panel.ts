/** The best structure so far: its diagram, numbers and last change, and buttons to open or copy it. */

import { morphingDiagram } from "../../diagram/morphing_diagram.js";
import { button, setUsable } from "../../ui/buttons.js";
import { html, listen, setText } from "../../ui/dom.js";
import { fillMenu } from "../../ui/fields.js";
import { formatCount, formatError, formatRatio } from "../../ui/format.js";
import { explain } from "../../ui/tooltip.js";
import type { StructureRecord } from "../../wire/editor_state.js";
import type { Incumbent, Lane } from "../../wire/workbench_state.js";
import { colourOf, laneName } from "../lanes/lane_looks.js";
import { leading } from "../lanes/standings.js";
import { bigNumber } from "./big_number.js";

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
  const current = (): Lane | null => (watched === null ? leading(lanes) : (lanes.find(({ id }) => id === watched) ?? null));
  const menu = html("select", { class: "tnx-field tnw-lane-menu", "aria-label": "whose best is shown", "data-field": "shown-lane" });
  const numbers = bestNumbers();
  const picture = bestPicture(signal);
  const move = html("p", { class: "tnw-move", "data-field": "last-change" });
  const buttons = bestButtons(current, events, signal);
  const element = html("div", { class: "tnw-incumbent" },
    html("div", { class: "tnx-head" }, html("span", { class: "tnx-title" }, "best structure"), menu),
    numbers.element, picture.element, move, buttons.element);

  const render = (): void => {
    if (!lanes.some(({ id }) => id === watched)) watched = null;
    showMenu(menu, lanes, watched);
    const lane = current();
    const best = lane?.incumbent ?? null;
    element.style.setProperty("--tnw-own", colourOf(lane ? lanes.indexOf(lane) : 0));
    numbers.show(best);
    setText(move, best ? changeWords(best) : "");
    explain(move, best && lane ? `Evaluation ${formatCount(best.number)} of ${laneName(lane, lanes)}${best.move ? `: ${best.move}` : ""}` : "");
    buttons.show(best !== null);
    picture.show(lane);
  };
  const watch = (lane: number | null): void => {
    watched = lane;
    render();
  };
  listen(menu, "change", () => watch(menu.value === "" ? null : Number(menu.value)), signal);
  return {
    element,
    watch,
    show(next) {
      lanes = next;
      render();
    },
  };
}

/** Offer the best of all, and that of every lane where there are several. */
function showMenu(menu: HTMLSelectElement, lanes: readonly Lane[], watched: number | null): void {
  const best = leading(lanes);
  const each = lanes.map((lane) => ({ name: String(lane.id), label: laneName(lane, lanes) }));
  fillMenu(menu, [{ name: "", label: best ? `best: ${laneName(best, lanes)}` : "best" }, ...each], String(watched ?? ""));
  menu.hidden = lanes.length < 2;
}

/** How the best came about, and whether it is at the target. */
function changeWords({ reached, changed, move }: Incumbent): string {
  const change = changed.words || move;
  return `${reached ? "" : "Nearest to the target so far. "}${change ? `Last change: ${change}` : ""}`;
}

interface BestPart<T> {
  element: HTMLElement;
  show(value: T): void;
}

function bestNumbers(): BestPart<Incumbent | null> {
  const parameters = bigNumber("parameters", "best-parameters", "Entries of all cores together.");
  const error = bigNumber("relative error", "best-error", "The norm of tensor minus reconstruction, divided by the norm of the tensor.");
  const ratio = html("span", { class: "tnw-note", "data-field": "best-ratio" });
  return {
    element: html("div", { class: "tnw-counts" }, parameters.element, error.element, ratio),
    show(best) {
      parameters.show(best && formatCount(best.parameters), best?.parameters ?? null);
      error.show(best && formatError(best.relative_error), best?.relative_error ?? null);
      setText(ratio, best ? `${formatRatio(entries(best.structure.modes) / best.parameters)} \u00d7 smaller` : "");
    },
  };
}

/** The diagram of a lane's best; drawn anew only when that is another. */
function bestPicture(signal: AbortSignal): BestPart<Lane | null> {
  const diagram = morphingDiagram(signal);
  const empty = html("p", { class: "tnw-empty" }, "The best structure found so far is drawn here.");
  let drawn = "";
  return {
    element: html("div", { class: "tnw-picture" }, diagram.element, empty),
    show(lane) {
      const best = lane?.incumbent ?? null;
      empty.hidden = best !== null;
      const key = best && lane ? `${lane.id} ${lane.generation} ${best.number}` : "";
      if (key === drawn) return;
      drawn = key;
      diagram.show(best?.structure ?? null, best?.changed.bonds ?? [], best ? diagramWords(best) : "no structure yet");
    },
  };
}

/** The buttons that open a lane's best in the Explorer, or copy it. */
function bestButtons(current: () => Lane | null, { open, say }: IncumbentEvents, signal: AbortSignal): BestPart<boolean> {
  const buttons = [
    button({
      icon: "open", text: "Open in Explorer", label: "Open this structure in the Explorer", action: "open-best",
      tip: "Go on from this structure by hand, its cores already fitted.",
      onPress: () => {
        const lane = current();
        if (lane?.incumbent) open(lane.id, lane.incumbent.number);
      },
    }, signal),
    button({
      text: "Copy JSON", label: "Copy the structure as JSON", action: "copy-structure", tip: "The structure as text, for the editor, Python or a file.",
      onPress: () => {
        const structure = current()?.incumbent?.structure;
        if (structure) void toClipboard(structureText(structure)).then((done) => say(done ? "The structure is copied." : "The browser does not allow copying here."));
      },
    }, signal),
  ];
  return {
    element: html("div", { class: "tnw-buttons" }, ...buttons),
    show: (usable) => buttons.forEach((each) => setUsable(each, usable)),
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
