/** Pictures of reconstructions, painted once: grey pixels on a canvas, or the line of a curve. */

import { paintPixels, rangeOf, thinCurve } from "../../charts/pixels.js";
import { html, svg } from "../../ui/dom.js";
import { asBytes, asFloats, type Bytes } from "../../wire/bytes.js";
import type { Frame } from "../../wire/data_state.js";

export interface SmallPicture extends Frame {
  pixels: Bytes;
}

/** The box in which a curve is drawn; it is stretched to its place. */
const [WIDE, HIGH, EDGE] = [100, 40, 2];

/** Paint a picture; `words` say what it shows, `range` what the height of a curve spans. */
export function smallPicture({ pixels, ...frame }: SmallPicture, words: string, range?: readonly [number, number]): Element {
  const label = { role: "img", "aria-label": words };
  if (frame.kind === "curve") return curve(asFloats(pixels), label, range);
  const canvas = html("canvas", { ...label, class: "tnx-small-picture" });
  paintPixels(canvas, asBytes(pixels), frame);
  return canvas;
}

function curve(values: Float32Array, label: Record<string, string>, range: readonly [number, number] = rangeOf(values)): SVGSVGElement {
  const [low, high] = range;
  const last = Math.max(1, values.length - 1);
  const points = thinCurve(values, 4 * WIDE).map(({ place, value }) =>
    `${((WIDE * place) / last).toFixed(1)} ${(HIGH - EDGE - ((HIGH - 2 * EDGE) * (value - low)) / (high - low)).toFixed(1)}`);
  const line = svg("path", { class: "tnx-line", d: `M${points.join("L")}`, "vector-effect": "non-scaling-stroke" });
  return svg("svg", { ...label, class: "tnx-small-picture", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" }, line);
}
