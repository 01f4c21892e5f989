/** A read-only diagram that moves from one structure to the next. */

import { NOTHING } from "../structure/selection.js";
import { type Draft, EMPTY, fromRecord } from "../structure/structure.js";
import { html, onResize, setAttributes, svg } from "../ui/dom.js";
import type { StructureRecord } from "../wire/editor_state.js";
import { blend, carried, eased } from "./morph.js";
import { draw, makeLayers } from "./paint.js";
import { type Scene, sceneBox, sceneOf } from "./scene.js";
import { placedInCircle } from "./small_diagram.js";
import * as vp from "./viewport.js";

/** Milliseconds of a transition. */
export const MORPH_MS = 400;

export interface MorphingDiagram {
  element: HTMLElement;
  /** Draw a structure; bonds at the places in `changed` stand out. */
  show(structure: StructureRecord | null, changed: readonly number[], words: string): void;
}

/** The view that shows a whole scene. */
const viewOf = (scene: Scene, size: vp.Size): vp.Viewport => vp.fit(sceneBox(scene, 22), size);

const calm = (): boolean => typeof matchMedia !== "undefined" && matchMedia("(prefers-reduced-motion: reduce)").matches;

export function morphingDiagram(signal: AbortSignal): MorphingDiagram {
  const diagram = svg("svg", { class: "tn-diagram" });
  const layers = makeLayers(diagram);
  const stage = html("div", { class: "tnw-stage", inert: true }, diagram);
  const element = html("div", { class: "tnw-morph", role: "img", "aria-label": "no structure yet" }, stage);
  let size = vp.UNMEASURED;
  let draft: Draft = EMPTY;
  let [from, to]: [Scene, Scene] = [sceneOf(EMPTY), sceneOf(EMPTY)];
  let shown = to;
  let began = 0;
  let moving = false;
  let strong: ReadonlySet<string> = new Set();

  const paint = (scene: Scene, t: number): void => {
    shown = scene;
    const [a, b] = [viewOf(from, size), viewOf(to, size)];
    const mix = (x: number, y: number): number => x + (y - x) * t;
    const view = { scale: mix(a.scale, b.scale), centre: { x: mix(a.centre.x, b.centre.x), y: mix(a.centre.y, b.centre.y) } };
    setAttributes(layers.world, { transform: vp.transform(view, size) });
    draw(layers, scene, { selection: NOTHING, locked: true });
    for (const bond of layers.bonds.children) setAttributes(bond, { "data-changed": strong.has((bond as SVGElement).dataset["bond"] ?? "") ? "" : null });
  };
  const step = (now: number): void => {
    if (signal.aborted) return;
    const t = Math.min(1, (now - began) / MORPH_MS);
    paint(blend(from, to, eased(t)), eased(t));
    moving = t < 1;
    if (moving) requestAnimationFrame(step);
  };
  onResize(stage, (width, height) => {
    size = { width, height };
    if (!moving) paint(to, 1);
  }, signal);

  return {
    element,
    show(structure, changed, words) {
      setAttributes(element, { "aria-label": words });
      const next = structure === null ? EMPTY : carried(draft, placedInCircle(fromRecord(structure)));
      strong = new Set(changed.flatMap((place) => next.bonds[place]?.id ?? []));
      const first = draft.cores.length === 0;
      draft = next;
      from = first ? sceneOf(next) : shown;
      to = sceneOf(next);
      if (first || calm() || next.cores.length === 0) {
        [from, moving] = [to, false];
        return paint(to, 1);
      }
      began = performance.now();
      if (!moving) requestAnimationFrame(step);
      moving = true;
    },
  };
}
