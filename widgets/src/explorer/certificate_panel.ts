/** What is proved about the structure on screen: the error bound and the fewest parameters, each with a bar and words. */

import { hatchPath, niceTop } from "../charts/scales.js";
import type { DraftReport } from "../editor/extension_points.js";
import { html, listen, setAttributes, setText, svg } from "../ui/dom.js";
import { formatCount, formatShort } from "../ui/format.js";
import { svgBox } from "../ui/svg_box.js";
import { explain } from "../ui/tooltip.js";
import type { ErrorBound, MinimumState } from "../wire/explorer_state.js";
import * as words from "./certificate_words.js";

const STORY = {
  bound:
    "Across every cut of the modes, what the cores hold has at most the cut rank, and no matrix of that rank comes nearer to the tensor " +
    "than its remaining singular values. So this holds for every fit, whatever its start. It is no prediction: the best fit may be above it.",
  upper: "On a tree every bond is a cut; truncating the tensor at one after the other gives a network with at most this error.",
  cut: "The cut whose singular values beyond its cut rank weigh most. Raise the rank of a bond that it crosses to lower the bound.",
} as const;

export interface Proofs {
  bound: ErrorBound | null;
  minimum: MinimumState | null;
  report: DraftReport;
  /** Relative error of the draft; null before its first sweep. */
  error: number | null;
  target: number;
}

export interface CertificatePanel {
  /** One line with the bound, which opens the proof. */
  fold: HTMLElement;
  /** The proof: the cut, the bars, the fewest parameters. */
  proof: HTMLElement;
  show(proofs: Proofs): void;
}

/** Make the panel, folded; `toggled` hears whether the proof is open, as the drawn cut and the hatch of the chart belong to it. */
export function certificatePanel(toggled: (open: boolean) => void, signal: AbortSignal): CertificatePanel {
  const bound = boundPart(signal);
  const minimum = minimumPart(signal);
  const proof = html("div", { class: "tnx-proofs", id: `tnx-proof-${Math.random().toString(36).slice(2)}`, hidden: "" }, bound.element, minimum.element);
  const mark = html("span", { class: "tnx-fold-mark", "aria-hidden": "true" }, "\u25b8");
  const value = html("span", { class: "tnx-fold-value" });
  const fold = html("button", { type: "button", class: "tnx-fold", "data-action": "proof", "aria-expanded": "false", "aria-controls": proof.id }, "what no fit of this structure can beat ", mark, value);
  explain(fold, "No fit of this structure has a lower relative error, whatever its start: open to see why.");
  listen(fold, "click", () => {
    proof.hidden = !proof.hidden;
    setAttributes(fold, { "aria-expanded": String(!proof.hidden) });
    setText(mark, proof.hidden ? "\u25b8" : "\u25be");
    toggled(!proof.hidden);
  }, signal);
  return {
    fold,
    proof,
    show(proofs) {
      setText(value, words.foldWords(proofs.bound, proofs.report.edit));
      setAttributes(fold, { "data-state": proofs.bound?.edit === proofs.report.edit ? "still" : "old" });
      bound.show(proofs);
      minimum.show(proofs);
    },
  };
}

/** Words that a narrow panel leaves out. */
const wide = (text: string): HTMLElement => html("span", { class: "tnx-wide" }, text);
const narrow = (text: string): HTMLElement => html("span", { class: "tnx-narrow" }, text);

interface Part {
  element: HTMLElement;
  show(proofs: Proofs): void;
}

function line(name: string, story: string, ...children: (Node | string)[]): HTMLElement {
  const element = html("div", { class: `tnx-proof-line tnx-proof-${name}`, tabindex: 0 }, ...children);
  explain(element, story);
  return element;
}

function boundPart(signal: AbortSignal): Part {
  const bar = proofBar(signal);
  const [lowerWords, upperWords] = [html("span", {}), html("span", {})];
  const lower = html("span", { "data-field": "error-bound" }, "no fit ", wide("of this structure "), narrow("here "), lowerWords);
  const upper = html("span", { "data-field": "upper-bound" }, wide("the "), "best fit ", wide("is "), upperWords);
  const none = html("span", {});
  const cut = html("span", { class: "tnx-cut-words", "data-field": "binding-cut" });
  const lowerLine = line("lower", STORY.bound, key("lower"), lower, none);
  const upperLine = line("upper", STORY.upper, key("upper"), upper);
  const why = line("why", "", wide("binding "), "cut: ", cut);
  const cutLine = html("div", { class: "tnx-proof-line tnx-proof-cut" }, why);
  const element = html("div", { class: "tnx-proof", role: "group", "aria-label": "what is proved about the error" }, bar.element, lowerLine, upperLine, cutLine);
  return {
    element,
    show({ bound, report, error, target }) {
      const state = bound === null ? "none" : bound.edit !== report.edit ? "old" : bound.complete ? "still" : "partial";
      setAttributes(element, { "data-state": state });
      const limited = bound !== null && bound.error_bound > 0;
      setText(lowerWords, limited ? words.boundWords(bound) : "");
      setText(none, limited ? "" : bound === null ? "no bound yet" : words.noBoundWords(bound));
      setAttributes(lower, { hidden: limited ? null : "" });
      setText(upperWords, bound === null ? "" : words.upperWords(bound));
      const sides = bound === null ? "" : words.cutWords(bound, report.structure.modes.length);
      setText(cut, sides);
      explain(why, `${sides}. ${STORY.cut}`);
      setAttributes(lower, { "data-value": bound?.error_bound ?? "", "data-edit": bound?.edit, "data-complete": bound?.complete ? "yes" : null });
      setAttributes(upper, { "data-value": bound?.upper ?? "", "data-edit": bound?.edit });
      setAttributes(cut, { "data-value": bound?.cut.join() ?? "", "data-edit": bound?.edit });
      setAttributes(upperLine, { hidden: bound === null || bound.upper === null ? "" : null });
      setAttributes(cutLine, { hidden: bound === null || bound.cut.length === 0 ? "" : null });
      bar.show({ impossible: bound?.error_bound ?? 0, now: error, upper: bound?.upper ?? null, goal: target || null, label: formatShort });
    },
  };
}

function minimumPart(signal: AbortSignal): Part {
  const bar = proofBar(signal);
  const term = html("span", { class: "tnx-term" });
  const value = html("span", { class: "tnx-proof-value", "data-field": "minimum" });
  const gap = html("span", { class: "tnx-gap", "data-field": "gap" });
  const head = line("minimum", "", term, value, gap);
  const element = html("div", { class: "tnx-proof tnx-least", role: "group", "aria-label": "the fewest parameters for the target error" }, head, bar.element);
  return {
    element,
    show({ minimum, report, target }) {
      const known = minimum?.parameters ?? null;
      const comparable = words.inScope(report.structure, minimum?.family ?? "any");
      const old = minimum !== null && minimum.target !== target;
      setAttributes(element, { "data-state": old ? "old" : minimum?.running ? "partial" : known === null ? "none" : "still" });
      setText(term, words.minimumTerm(minimum, target));
      setText(value, minimum === null ? "" : words.minimumWords(minimum));
      setText(gap, minimum === null ? "" : words.gapWords(minimum, report.parameters, comparable));
      explain(head, minimum === null ? "" : words.minimumStory(minimum) + (comparable ? "" : " The network drawn is not one of these."));
      setAttributes(value, { "data-value": known ?? "", "data-target": minimum?.target ?? "", "data-proved": minimum?.proved ? "yes" : null, "data-running": minimum?.running ? "yes" : null });
      setAttributes(gap, { "data-value": known !== null && comparable ? report.parameters / known : "", "data-edit": report.edit });
      // A structure outside the proof's scope may lie in the hatched part, so it is not drawn on this bar.
      bar.show({ impossible: known ?? 0, now: comparable ? report.parameters : null, upper: minimum?.proved ? null : (minimum?.incumbent ?? null), goal: null, label: formatCount });
    },
  };
}

/** A small copy of a mark on the bar, in front of the words that explain it. */
function key(name: "lower" | "upper"): SVGElement {
  const shape = name === "lower" ? svg("path", { class: "tnx-bar-least", d: "M5 1v12" }) : svg("path", { class: "tnx-bar-most", d: "M3 2l4 5-4 5" });
  return svg("svg", { class: "tnx-key", viewBox: "0 0 10 14", "aria-hidden": "true" }, shape);
}

interface BarState {
  /** Hatched from 0 to here. */
  impossible: number;
  now: number | null;
  upper: number | null;
  goal: number | null;
  label(value: number): string;
}

/** Height of a bar, and half that of its hatched part, in pixels. */
const HEIGHT = 20;
const RISE = 5;

function proofBar(signal: AbortSignal): { element: SVGSVGElement; show(state: BarState): void } {
  let state: BarState | null = null;
  const track = svg("path", { class: "tnx-bar-track" });
  const hatch = svg("path", { class: "tnx-hatch" });
  const least = svg("path", { class: "tnx-bar-least" });
  const most = svg("path", { class: "tnx-bar-most" });
  const goal = svg("path", { class: "tnx-bar-goal" });
  const now = svg("circle", { class: "tnx-bar-now", r: 5.5 });
  const zero = svg("text", { x: 0, y: HEIGHT / 2, dy: "0.35em" });
  const end = svg("text", { y: HEIGHT / 2, dy: "0.35em", "text-anchor": "end" });
  const draw = (): void => {
    if (state === null || box.width === 0) return;
    const { impossible, upper, label } = state;
    const top = niceTop(Math.max(impossible, state.now ?? 0, upper ?? 0, state.goal ?? 0));
    setText(zero, "0");
    setText(end, label(top));
    const [left, right] = [14, box.width - 8 - 7 * label(top).length];
    const [middle, place] = [HEIGHT / 2, (value: number): number => left + (value / top) * Math.max(10, right - left)];
    const hide = (value: number | null): string | null => (value !== null && value > 0 ? null : "hidden");
    setAttributes(end, { x: box.width });
    setAttributes(track, { d: `M${left} ${middle}H${right}M${left} ${middle - 4}v8M${right} ${middle - 4}v8` });
    setAttributes(hatch, { d: hatchPath({ left, right: place(impossible), top: middle - RISE, bottom: middle + RISE }, 5), visibility: hide(impossible) });
    setAttributes(least, { d: `M${place(impossible).toFixed(1)} ${middle - 8}v16`, visibility: hide(impossible) });
    setAttributes(most, { d: `M${(place(upper ?? 0) - 2).toFixed(1)} ${middle - 6}l4.5 6-4.5 6`, visibility: hide(upper) });
    setAttributes(goal, { d: `M${place(state.goal ?? 0).toFixed(1)} ${middle - 8}v16`, visibility: hide(state.goal) });
    setAttributes(now, { cx: place(state.now ?? 0).toFixed(1), cy: middle, visibility: hide(state.now) });
  };
  const box = svgBox("tnx-bar", draw, signal);
  setAttributes(box.element, { "aria-hidden": "true" });
  box.element.append(track, hatch, goal, least, most, now, zero, end);
  return {
    element: box.element,
    show(next) {
      state = next;
      draw();
    },
  };
}
