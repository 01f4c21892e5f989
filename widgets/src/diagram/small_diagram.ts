/** A small picture of a structure: cores, bonds and legs without words, as the editor places them. */

import { type Draft, fromRecord, isPlaced } from "../structure/structure.js";
import { svg } from "../ui/dom.js";
import { polar } from "../ui/plane.js";
import type { StructureRecord } from "../wire/editor_state.js";
import { bounds, curvePath, DOT_RADIUS } from "./geometry.js";
import { sceneOf } from "./scene.js";

/** Diagram units around the cores and ends of legs. */
const MARGIN = 26;

/** Cores that have no place yet lie on a circle. */
export function placedInCircle(draft: Draft): Draft {
  if (draft.cores.every(isPlaced)) return draft;
  const step = (2 * Math.PI) / Math.max(1, draft.cores.length);
  const radius = Math.max(70, 22 * draft.cores.length);
  return { ...draft, cores: draft.cores.map((core, k) => ({ ...core, ...polar({ x: 0, y: 0 }, k * step - Math.PI / 2, radius) })) };
}

/** Draw a structure; what it is, is said by the words beside it. */
export function smallDiagram(structure: StructureRecord): SVGSVGElement {
  const { cores, bonds, legs } = sceneOf(placedInCircle(fromRecord(structure)));
  const { x, y, width, height } = bounds([...cores, ...legs.map((leg) => leg.end)], MARGIN);
  const line = (d: string, wide: number): SVGPathElement => svg("path", { class: "tn-small-line", d, "stroke-width": wide });
  return svg("svg", { class: "tn-small", viewBox: `${x} ${y} ${width} ${height}`, "aria-hidden": "true", focusable: "false" },
    ...legs.map(({ from, end }) => line(`M${from.x} ${from.y}L${end.x} ${end.y}`, 3)),
    ...bonds.flatMap((bond) => bond.lines.map((curve) => line(curvePath(curve), Math.max(3, bond.width)))),
    ...bonds.flatMap(({ dot }) => (dot ? [svg("circle", { class: "tn-small-dot", cx: dot.x, cy: dot.y, r: 1.6 * DOT_RADIUS })] : [])),
    ...cores.map((core) => svg("circle", { class: core.latent ? "tn-small-latent" : "tn-small-core", cx: core.x, cy: core.y, r: core.radius })),
  );
}
