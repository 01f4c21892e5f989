/** The line under the diagram: the selection, its rank or size, and the numbers of the network. */

import { MAX_DIGITS, readCount } from "../../structure/counts.js";
import { count, type Item, only } from "../../structure/selection.js";
import { bondLabel, carrier, compressionRatio, coreParameters, coreShape, type Draft, findBond, findCore, parameters } from "../../structure/structure.js";
import { button } from "../../ui/buttons.js";
import { focused, html, listen, setAttributes, setText } from "../../ui/dom.js";
import { typed } from "../../ui/fields.js";
import { formatCount, formatFlops } from "../../ui/format.js";
import { explain } from "../../ui/tooltip.js";
import type { Numbers } from "../../wire/editor_state.js";
import type { Desk } from "../desk.js";
import { setCount, step } from "../drawing_commands.js";

/** Describe the selection in words. */
export function describe(draft: Draft, { cores, bonds, legs }: { cores: readonly string[]; bonds: readonly string[]; legs: readonly number[] }): string {
  const n = cores.length + bonds.length + legs.length;
  if (n === 0) return plurals([[draft.cores.length, "core"], [draft.bonds.length, "bond"], [draft.modes.length, "mode"]]);
  if (n > 1) return `${plurals([[cores.length, "core"], [bonds.length, "bond"], [legs.length, "leg"]])} selected`;
  const core = findCore(draft, cores[0] ?? "");
  if (core !== undefined) {
    const own = coreParameters(draft, core);
    const share = Math.round((100 * own) / parameters(draft));
    const kind = core.legs.length === 0 ? "latent core" : "core";
    return `${kind} ${core.name}  ${coreShape(draft, core).join(" x ") || "1"} = ${formatCount(own)} parameters (${share}\u202f%)${core.pinned ? "  held in place" : ""}`;
  }
  const bond = findBond(draft, bonds[0] ?? "");
  if (bond !== undefined) return `${bond.cores.length > 2 ? "hyper-bond" : "bond"} ${bondLabel(bond)}  rank`;
  const [mode = 0] = legs;
  return `leg of core ${carrier(draft, mode)}  mode ${mode}  size`;
}

function plurals(counts: readonly [number, string][]): string {
  const words = counts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}${n === 1 ? "" : "s"}`);
  return words.join(", ") || "nothing drawn yet";
}

export interface Inspector {
  readonly element: HTMLElement;
  refresh(): void;
}

export interface InspectorWords {
  /** Words after the description of the selection; for a bond, after its rank. */
  badge(bond: string | null): string;
  /** Whether these words compare two items and so name the selection themselves. */
  comparing(): boolean;
  hideNumbers: boolean;
}

export function makeInspector(desk: Desk, words: InspectorWords): Inspector {
  const what = html("span", { class: "tn-what" });
  const stepButton = (text: string, label: string, action: string, by: number): HTMLButtonElement =>
    button({ text, label, tip: label, action, attributes: { class: "tn-button" }, onPress: () => item && step(desk, by, item) }, desk.signal);
  const [less, more] = [stepButton("\u2212", "One less", "lower", -1), stepButton("+", "One more", "raise", 1)];
  const input = html("input", { class: "tn-count", type: "text", inputmode: "numeric", maxlength: MAX_DIGITS, "data-action": "count" });
  const stepper = html("span", { class: "tn-stepper" }, less, input, more);
  const badge = html("span", { class: "tn-badge" });
  const numbers = html("span", { class: "tn-numbers" });
  const element = html("div", { class: "tn-inspector" }, what, stepper, badge, numbers);
  let item: Item | null = null;

  const field = typed(input, {
    read: (text) => readCount(text, item?.kind === "leg" ? "mode size" : "rank"),
    take(value) {
      desk.fail("");
      if (item !== null && value !== countOf(desk.store.committed, item)) setCount(desk, item, value);
    },
    complain: desk.fail,
    written: () => String((item && countOf(desk.store.committed, item)) ?? ""),
  }, desk.signal);
  listen(input, "keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (event.key === "Enter") field.commit();
    if (by === undefined || item === null) return;
    event.preventDefault();
    step(desk, by, item);
    field.reset();
  }, desk.signal);

  const refresh = (): void => {
    const { store, stage } = desk;
    const { targets } = stage;
    if (!element.contains(focused(element))) item = countable(desk);
    else if (item !== null && countOf(store.committed, item) === undefined) item = null;
    setText(what, describe(store.committed, item !== null && count(targets) < 2 ? only(item) : targets));
    explain(what, what.textContent ?? "");
    setAttributes(stepper, { hidden: item === null ? "" : null });
    setAttributes(input, { "aria-label": item?.kind === "leg" ? "size of the mode" : "rank of the bond", readonly: fixed(desk, item) ? "" : null });
    for (const button of [less, more]) setAttributes(button, { hidden: fixed(desk, item) ? "" : null });
    if (item !== null && focused(input) !== input) field.reset();
    setText(badge, words.badge(item?.kind === "bond" ? item.id : null));
    explain(badge, badge.textContent ?? "");
    setAttributes(element, { "data-comparing": words.comparing() ? "" : null });
    if (!words.hideNumbers) paintNumbers(numbers, desk);
  };
  return { element, refresh };
}

const fixed = (desk: Desk, item: Item | null): boolean => desk.store.readOnly || (item?.kind === "leg" && desk.store.locked);

function countOf(draft: Draft, item: Item): number | undefined {
  return item.kind === "bond" ? findBond(draft, item.id)?.rank : item.kind === "leg" ? draft.modes[item.id] : undefined;
}

/** The bond or leg that the stepper changes: the selected one, or the first of several bonds. */
function countable({ stage }: Desk): Item | null {
  const { cores, bonds, legs } = stage.targets;
  if (cores.length > 0) return null;
  if (bonds[0] !== undefined) return { kind: "bond", id: bonds[0] };
  return legs[0] !== undefined && legs.length === 1 ? { kind: "leg", id: legs[0] } : null;
}

function paintNumbers(box: HTMLElement, { store, link }: Desk): void {
  const numbers = link.get("numbers") as Partial<Numbers>;
  const fresh = numbers.edit === store.edit;
  const rows: [string, string, string, boolean][] = [
    ["parameters", formatCount(parameters(store.committed)), "Entries of all cores together", true],
    ["compression", Number(compressionRatio(store.committed).toPrecision(3)) + "x", "Entries of the tensor over parameters; above 1 is smaller", true],
    ["contraction", numbers.contraction_cost === undefined ? "" : formatFlops(numbers.contraction_cost), "Operations to contract the network once", fresh],
  ];
  if (box.children.length === 0) {
    box.append(...rows.map(([name]) => html("span", { "data-number": name }, `${name} `, html("b", {}))));
  }
  rows.forEach(([, value, story, current], place) => {
    const line = box.children[place] as HTMLElement;
    explain(line, story);
    setText(line.querySelector("b") as Element, value);
    setAttributes(line, { hidden: value === "" || store.committed.cores.length === 0 ? "" : null, "data-old": current ? null : "" });
  });
}
