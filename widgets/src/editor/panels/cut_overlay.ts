/** A cut drawn over the diagram: a dashed line, a gap in every bond that it counts, and its label. Updated in place. */

import { type Crossing, type Cut, type CutDrawing, drawCut, piecesOf } from "../../diagram/cut_line.js";
import type { Scene } from "../../diagram/scene.js";
import type { Draft } from "../../structure/structure.js";
import { setAttributes, setText, svg } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import { distance, type Point } from "../../ui/plane.js";
import type { EditorHandle } from "../extension_points.js";

export interface ShownCut extends Cut {
  readonly words: string;
  readonly old: boolean;
}

export interface CutOverlay {
  /** Show a cut, or none. */
  show(cut: ShownCut | null, handle: EditorHandle): void;
  /** Follow the drawing. */
  redraw(handle: EditorHandle): void;
}

export function cutOverlay(): CutOverlay {
  let cut: ShownCut | null = null;
  let pieces: { readonly of: Draft["bonds"]; readonly cores: readonly (readonly string[])[] } | null = null;
  const gaps = svg("g", {});
  const lines = svg("g", {});
  const label = svg("text", { class: "tn-cut-label", dy: "0.35em" });
  const group = svg("g", { class: "tn-cut", "aria-hidden": "true" }, gaps, lines, label);

  const redraw = (handle: EditorHandle): void => {
    if (cut !== null && group.parentNode !== handle.overlay) handle.overlay.append(group);
    setAttributes(group, { visibility: cut === null ? "hidden" : null, "data-state": cut?.old ? "old" : "live" });
    if (cut !== null) paint(cut, handle.drawn());
  };
  const paint = (shown: ShownCut, { draft, scene }: { draft: Draft; scene: Scene }): void => {
    if (pieces?.of !== draft.bonds) pieces = { of: draft.bonds, cores: piecesOf(draft, shown) }; // a drag keeps the bonds
    const drawing = drawCut(scene, shown, pieces.cores);
    keyed(gaps, drawing.crossings, { key: (crossing) => crossing.key, make: () => svg("path", { class: "tn-cut-gap" }), update: paintGap });
    const items = drawing.lines.map((d, place) => ({ d, place }));
    keyed(lines, items, { key: ({ place }) => String(place), make: () => svg("path", { class: "tn-cut-line" }), update: (line, { d }) => setAttributes(line, { d }) });
    const spot = labelSpot(drawing, scene);
    setAttributes(label, { x: spot?.x.toFixed(1), y: spot?.y.toFixed(1), "data-anchor": spot?.anchor, visibility: spot ? null : "hidden" });
    setText(label, shown.words);
  };
  return {
    show(next, handle) {
      cut = next;
      pieces = null;
      redraw(handle);
    },
    redraw,
  };
}

function paintGap(gap: Element, { key, at, along, width }: Crossing): void {
  const half = width / 2 + 4;
  const [x, y] = [-along.y * half, along.x * half];
  setAttributes(gap, { d: `M${(at.x - x).toFixed(1)} ${(at.y - y).toFixed(1)}L${(at.x + x).toFixed(1)} ${(at.y + y).toFixed(1)}`, "data-crosses": key });
}

/** A place for a label, and which end of the label is there. */
interface Spot extends Point {
  readonly anchor: "start" | "middle" | "end";
}

/** Beyond the free end of a line that has the most room. */
function labelSpot({ ends }: CutDrawing, scene: Scene): Spot | null {
  const others: Point[] = [...scene.cores, ...scene.legs.flatMap((leg) => [leg.end, leg.label]), ...scene.bonds.map((bond) => bond.label)];
  const lowestFirst = (a: Point, b: Point): number => b.y - a.y; // hints and titles are at the top
  const spots = ends.map((end, k) => {
    const other = ends[k % 2 === 0 ? k + 1 : k - 1] ?? end;
    const length = Math.max(1, distance(end, other));
    const [right, down] = [(end.x - other.x) / length, (end.y - other.y) / length];
    const anchor = right > 0.5 ? "start" : right < -0.5 ? "end" : "middle";
    return { x: end.x + (anchor === "middle" ? 16 : 7) * right, y: end.y + 12 * down, anchor } as const;
  }).sort(lowestFirst);
  const middle = (spot: Spot): Point => ({ x: spot.x + { start: 32, middle: 0, end: -32 }[spot.anchor], y: spot.y });
  const room = (spot: Spot): number => Math.min(34, ...others.map((p) => distance(p, middle(spot))));
  return spots.reduce<Spot | null>((best, spot) => (best === null || room(spot) > room(best) + 1 ? spot : best), null);
}
