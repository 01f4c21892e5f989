/** How points of formats look in the trade-off chart: one shape for each, and the legend that says so. */

import { html, setAttributes, svg } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import type { Visit } from "../../wire/explorer_state.js";

/** A closed path around 0, 0 through corners at even angles, whose distances repeat; y points down. */
function polygon(corners: number, distances: readonly number[], turn = 0): string {
  const at = (k: number): string => {
    const angle = (2 * Math.PI * k) / corners - Math.PI / 2 + turn;
    const far = distances[k % distances.length] ?? 1;
    return `${(far * Math.cos(angle)).toFixed(2)} ${(far * Math.sin(angle)).toFixed(2)}`;
  };
  return `M${Array.from({ length: corners }, (_, k) => at(k)).join("L")}z`;
}

/** Paths of about the same area; formats take them in turn. */
const SHAPES = [
  "M-1 0a1 1 0 1 1 2 0a1 1 0 1 1-2 0z", polygon(4, [1.25], Math.PI / 4), polygon(3, [1.45]), polygon(3, [1.45], Math.PI), polygon(5, [1.2]),
  polygon(8, [1.5, 0.75]), polygon(6, [1.15]), polygon(12, [1.3, 1.3, 0.62], Math.PI / 12),
] as const;
/** A structure that a person has drawn, of no format. */
const BY_HAND = polygon(10, [1.6, 0.65]);
const BY_HAND_WORDS = "drawn by hand";

/** The shape of a format among all formats by their labels; "" is drawn by hand. */
export function shapeOf(format: string, formats: readonly string[]): string {
  const place = formats.indexOf(format);
  return place < 0 ? BY_HAND : (SHAPES[place % SHAPES.length] as string);
}

export interface LegendState {
  visited: readonly Visit[];
  formats: readonly string[];
  pinned: boolean;
}

/** The words for what is drawn, and for nothing else. */
export function legend(): { element: HTMLElement; show(state: LegendState): void } {
  const element = html("ul", { class: "tnx-legend", "aria-label": "what the points are" });
  const make = ({ path, look, words }: Entry): HTMLElement =>
    html("li", {}, svg("svg", { viewBox: "-2 -2 4 4", class: look, "aria-hidden": "true" }, svg("path", { d: path })), words);
  return {
    element,
    show({ visited, formats, pinned }) {
      const seen = new Set(visited.map(({ format }) => format));
      const shapes = [...formats.filter((format) => seen.has(format)), ...(seen.has("") ? [""] : [])];
      const entries: Entry[] = shapes.map((format) => ({ path: shapeOf(format, formats), look: "tnx-key-full", words: format || BY_HAND_WORDS }));
      if (visited.some((visit) => visit.cut_short)) entries.push({ path: SHAPES[0], look: "tnx-key-hollow", words: "hollow: cut short" });
      if (pinned) entries.push({ path: FLAG, look: "tnx-key-full", words: "pinned" });
      keyed(element, entries, { key: ({ words }) => words, make, update: (item, { path }) => setAttributes(item.querySelector("path") as Element, { d: path }), ordered: true });
    },
  };
}

interface Entry {
  path: string;
  look: string;
  words: string;
}

/** A flag on a pole whose foot is at 0, 1.6. */
export const FLAG = "M-.9 1.6V-1.7H1.4L.5-.8 1.4.1H-.4V1.6z";
