/** Marks that several charts draw in the same way: the target, and a corner that is proved empty. */

import { setAttributes, setText, svg } from "../ui/dom.js";
import { formatShort } from "../ui/format.js";
import type { Frame } from "./plot_window.js";
import { hatchPath, type Region } from "./scales.js";

export const targetMark = (): SVGGElement =>
  svg("g", { class: "tnx-target", "aria-hidden": "true" }, svg("path"), svg("text", { "text-anchor": "end" }));

/** Draw the target at a height in pixels, unless it is 0 or outside the frame. */
export function drawTarget(group: SVGElement, target: number, y: number, { left, right, top, bottom }: Frame): void {
  const [line, words] = group.children as unknown as [Element, Element];
  setAttributes(group, { visibility: target > 0 && y >= top && y <= bottom ? null : "hidden" });
  setAttributes(line, { d: `M${left} ${y}H${right}` });
  setAttributes(words, { x: right, y: y - 5 });
  setText(words, `target ${formatShort(target)}`);
}

/** Pixels between two lines of a hatched part of a chart. */
export const HATCH = 9;
/** Pixels of a letter of the words about a corner, rather too many. */
const LETTER = 7;

export interface CornerLook {
  words: string;
  /** Whether the upper edge is drawn, too. */
  roof: boolean;
  /** Where the words end at the latest, in pixels. */
  limit?: number;
}

/**
 * Hatch a lower left corner; the words stand in it, or to its right where it is too narrow, and end before `limit`. The group holds paths for
 * the lines and the edge, and a text. Returns whether anything of the corner is seen.
 */
export function drawCorner(group: SVGElement, { left, right, top, bottom }: Region, { words, roof, limit = Infinity }: CornerLook): boolean {
  const [hatch, edge, label] = group.children as unknown as [Element, Element, Element];
  const shown = right > left + 1 && bottom > top + 1;
  setAttributes(group, { visibility: shown ? null : "hidden" });
  if (!shown) return false;
  setAttributes(hatch, { d: hatchPath({ left, right, top, bottom }, HATCH) });
  setAttributes(edge, { d: `M${roof ? `${left} ${top}H${right}` : `${right} ${top}`}V${bottom}` });
  const wide = right - left > LETTER * words.length;
  setAttributes(label, { x: wide ? right - 8 : Math.max(left, Math.min(right + 6, limit - LETTER * (words.length + 2))), y: bottom - 9, "text-anchor": wide ? "end" : "start" });
  setText(label, wide ? words : `\u25c2 ${words}`);
  return true;
}
