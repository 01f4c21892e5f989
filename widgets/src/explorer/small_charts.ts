/** Two charts of one line's height: the error after every sweep, and the singular values of a bond or cut. */

import { linePath, logScale, type Scale } from "../charts/scales.js";
import { html, setAttributes, setText, svg } from "../ui/dom.js";
import { formatError, formatShort } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { svgBox } from "../ui/svg_box.js";
import { explain, term } from "../ui/tooltip.js";

export interface SmallChart<T> {
  element: HTMLElement;
  show(value: T): void;
}

function frame(name: string, title: HTMLElement, note: HTMLElement, chart: SVGElement): HTMLElement {
  const head = html("div", { class: "tnx-small-head" }, title, note);
  return html("div", { class: `tnx-small tnx-${name}`, role: "group" }, head, chart);
}

/** A scale that the errors fill; at least over a factor 1.02, so that rounding does not fill the chart. */
export function errorScale(errors: readonly number[]): Scale {
  const fine = errors.filter((error) => error > 0);
  return logScale(fine.length > 0 ? fine : [0.1, 1], 1.001, 1.02);
}

/** The least error so far after every sweep; the last is the error that is shown as a number. */
export function leastErrors(errors: readonly number[], shown: number | null): number[] {
  let least = Infinity;
  const best = errors.map((error) => (least = Math.min(least, error)));
  return shown === null || best.length === 0 ? best : [...best.slice(0, -1), shown];
}

export function errorPerSweep(signal: AbortSignal): SmallChart<{ errors: readonly number[]; old: boolean }> {
  let errors: readonly number[] = [];
  const line = svg("path", { class: "tnx-line" });
  const last = svg("circle", { class: "tnx-line-end", r: 3 });
  const draw = (): void => {
    if (box.width === 0) return;
    const scale = errorScale(errors);
    setAttributes(line, { d: linePath(errors, box.width - 8, box.height - 6, scale.at), transform: "translate(2 3)" });
    const end = errors[errors.length - 1];
    const y = end === undefined ? 0 : 3 + (1 - scale.at(end)) * (box.height - 6);
    setAttributes(last, { cx: errors.length > 1 ? box.width - 6 : 2, cy: y, visibility: end === undefined ? "hidden" : null });
  };
  const box = svgBox("tnx-spark", draw, signal);
  setAttributes(box.element, { "aria-hidden": "true" });
  box.element.append(line, last);
  const title = term("best error per sweep", "Relative error of the best cores so far, after every sweep of this fit, on a logarithmic scale. A sweep is one pass over all cores.");
  const note = html("span", { class: "tnx-note" });
  const element = frame("sweeps", title, note, box.element);
  return {
    element,
    show(next) {
      errors = next.errors;
      const [first, end] = [errors[0], errors[errors.length - 1]];
      setText(note, first === undefined ? "" : `${formatError(first)} \u2192 ${formatError(end)}`);
      setAttributes(element, { "aria-label": "best error per sweep", "data-state": next.old ? "old" : "live" });
      draw();
    },
  };
}

/** Singular values on a bond or across a cut, where they are known. */
export interface Spectrum {
  title: string;
  values: readonly number[];
  /** The cut rank: how many of the values the network can pass. */
  kept?: number;
  note?: string;
  old: boolean;
}

/** Decades below the largest value that the bars can show. */
const MAX_DECADES = 8;
const OF_A_BOND = "Singular values on the selected bond, largest first, on a logarithmic scale. Small last ones say that the rank could be lower.";
const OF_A_CUT =
  "Singular values of the tensor across the binding cut, largest first, on a logarithmic scale. " +
  "The network passes at most as many as the cut rank; the hollow ones beyond the dashed mark are lost, and their norm is the bound.";

/** Height of every bar between 0 and 1 on a logarithmic scale; the largest value is 1, eight decades below is 0. */
export function barHeights(values: readonly number[]): number[] {
  const top = Math.max(...values, 1e-300);
  const least = Math.min(...values.map((value) => (value > 0 ? value : top)));
  const decades = Math.min(MAX_DECADES, Math.max(1, Math.log10(top / least) + 0.3));
  return values.map((value) => (value > 0 ? Math.max(0.02, 1 + Math.log10(value / top) / decades) : 0.02));
}

export function singularValues(signal: AbortSignal): SmallChart<Spectrum | null> {
  let spectrum: Spectrum | null = null;
  const bars = svg("g", { class: "tnx-bars" });
  const draw = (): void => {
    if (box.width === 0) return;
    const values = spectrum?.values ?? [];
    const width = Math.min(26, box.width / Math.max(1, values.length));
    const items = barHeights(values).map((height, place) => ({ height, place }));
    const kept = spectrum?.kept ?? Infinity;
    const paint = (bar: Element, { height, place }: (typeof items)[number]): void => {
      const tall = height * box.height;
      const lost = place >= kept;
      const inset = lost ? 0.5 : 0;
      setAttributes(bar, {
        x: place * width + inset, y: box.height - tall + inset, class: lost ? "tnx-lost" : null,
        width: Math.max(1, width - 2 - 2 * inset), height: Math.max(0.5, tall - 2 * inset),
      });
    };
    keyed(bars, items, { key: ({ place }) => String(place), make: () => svg("rect", {}), update: paint });
    const edge = kept < values.length ? kept * width - 1 : null;
    setAttributes(mark, { d: `M${(edge ?? 0).toFixed(1)} 0V${box.height}`, visibility: edge === null ? "hidden" : null });
  };
  const mark = svg("path", { class: "tnx-cut-rank", visibility: "hidden" });
  const box = svgBox("tnx-spectrum", draw, signal);
  setAttributes(box.element, { "aria-hidden": "true" });
  box.element.append(bars, mark);
  const title = term("singular values", OF_A_BOND);
  const note = html("span", { class: "tnx-note", "data-field": "singular-values" });
  const element = frame("bond", title, note, box.element);
  return {
    element,
    show(next) {
      spectrum = next;
      setText(title, next?.title ?? "singular values");
      explain(title, next?.kept === undefined ? OF_A_BOND : OF_A_CUT);
      setText(note, next ? (next.note ?? spectrumWords(next.values)) : "select a bond");
      setAttributes(note, { "data-value": next ? next.values.length : "" });
      setAttributes(element, { "aria-label": title.textContent, "data-state": next?.old ? "old" : "live" });
      draw();
    },
  };
}

function spectrumWords(values: readonly number[]): string {
  const [first, last] = [values[0], values[values.length - 1]];
  if (first === undefined || last === undefined) return "not known yet";
  return values.length === 1 ? two(first) : `${two(first)} \u2026 ${two(last)}`;
}

const two = (value: number): string => formatShort(Number(value.toPrecision(2)));
