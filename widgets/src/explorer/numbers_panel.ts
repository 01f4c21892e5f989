/** The numbers of the structure on screen: counts follow every edit at once, the error follows every sweep; numbers of an earlier structure are dimmed. */

import type { DraftReport } from "../editor/editor.js";
import { html, setAttributes, setText } from "../ui/dom.js";
import { formatCount, formatError, formatFlops, formatRatio, formatShort } from "../ui/format.js";
import { term } from "../ui/tooltip.js";
import type { Numbers } from "../wire/editor_state.js";
import type { FitState } from "../wire/explorer_state.js";

const DEFINITIONS = {
  "relative-error":
    "Relative error: the norm of tensor minus reconstruction, divided by the norm of the tensor. 0 is exact, 1 is as bad as zeros.",
  parameters: "Parameters: the number of entries of all cores together. It follows from the structure, no fit is needed.",
  "compression-ratio": "Compression ratio: entries of the tensor divided by parameters. Above 1 is smaller than the tensor.",
  "contraction-cost": "Contraction cost: floating-point operations to contract the whole network once into the tensor.",
} as const;

type NumberName = keyof typeof DEFINITIONS;

/** live: the fit of the draft is running; still: it has ended; old: the number belongs to an earlier draft; none: not known. */
export type Freshness = "live" | "paused" | "still" | "old" | "none";

export function freshness(fit: FitState | null, edit: string): Freshness {
  if (fit === null || fit.relative_error === null) return "none";
  if (fit.edit !== edit) return "old";
  if (fit.running) return fit.paused ? "paused" : "live";
  return "still";
}

const SAID: Record<Freshness, string> = { live: "live", paused: "paused", still: "", old: "old", none: "" };

export interface NumbersPanel {
  element: HTMLElement;
  /** Show the counts of a draft, before Python has answered. */
  showDraft(report: DraftReport, numbers: Numbers | null): void;
  showFit(fit: FitState | null, edit: string): void;
  /** Show whether the target is reached, or proved out of reach by the bound. */
  showTarget(target: number, error: number | null, bound: number): void;
}

interface Shown {
  row: HTMLElement;
  value: HTMLElement;
}

function makeField(name: NumberName, title: string): Shown {
  const value = html("span", { class: "tnx-value", "data-field": name });
  const row = html("div", { class: `tnx-number tnx-${name}`, role: "group", "aria-label": title, "data-tip-row": "" }, term(title, DEFINITIONS[name]), value);
  return { row, value };
}

/** Show a number, with its raw value and its edit as attributes. */
function put(shown: Shown, raw: number | null, text: string, edit: string | undefined): void {
  setText(shown.value, text);
  const before = shown.value.getAttribute("data-value");
  setAttributes(shown.value, { "data-value": raw ?? "", "data-edit": edit });
  if (before !== String(raw ?? "")) setAttributes(shown.value, { "data-updated": performance.now() });
}

/** Make the panel; the line that opens the proof, and the proof, are shown under the counts. */
export function numbersPanel(proofs: { fold: HTMLElement; proof: HTMLElement }): NumbersPanel {
  const error = makeField("relative-error", "relative error");
  const parameters = makeField("parameters", "parameters");
  const ratio = makeField("compression-ratio", "compression");
  const cost = makeField("contraction-cost", "contraction cost");
  const badge = html("span", { class: "tnx-badge" });
  const goal = html("span", { class: "tnx-goal" });
  error.row.prepend(html("span", { class: "tnx-error-head" }, ...error.row.querySelectorAll(".tnx-term"), badge));
  error.row.append(goal);
  const list = html("div", { class: "tnx-numbers" }, error.row, parameters.row, ratio.row, cost.row, proofs.fold, proofs.proof);

  return {
    element: list,
    showDraft(report, numbers) {
      put(parameters, report.parameters, formatCount(report.parameters), report.edit);
      put(ratio, report.compressionRatio, `${formatRatio(report.compressionRatio)} \u00d7`, report.edit);
      const current = numbers !== null && numbers.edit === report.edit;
      if (numbers) put(cost, numbers.contraction_cost, formatFlops(numbers.contraction_cost), numbers.edit);
      setAttributes(cost.row, { "data-state": current ? "still" : "old" });
      setAttributes(list, { "data-draft": report.error ? "wrong" : null });
    },
    showFit(fit, edit) {
      const state = freshness(fit, edit);
      put(error, fit?.relative_error ?? null, formatError(fit?.relative_error), fit?.edit);
      setAttributes(error.row, { "data-state": state });
      setText(badge, SAID[state]);
    },
    showTarget(target, value, bound) {
      const reached = value !== null && value <= target;
      const hopeless = !reached && bound > target ? ": out of reach" : "";
      setText(goal, value === null ? "" : `${reached ? "\u2713 below" : "above"} target ${formatShort(target)}${hopeless}`);
      setAttributes(goal, { "data-reached": reached ? "yes" : null });
    },
  };
}
