/** The stage: the SVG of the diagram on the page, its visible part, and the item that has the focus. */

import { draw, type Layers, makeLayers } from "../diagram/paint.js";
import { dragged, type LaidScene, type Scene, sceneBox, sceneOf } from "../diagram/scene.js";
import { count, includes, type Item, only, type Selection, union } from "../structure/selection.js";
import type { Draft } from "../structure/structure.js";
import { focused, html, listen, onResize, setAttributes, svg } from "../ui/dom.js";
import type { Point } from "../ui/plane.js";
import type { Store } from "./store.js";
import * as vp from "../diagram/viewport.js";

export class Stage {
  readonly box: HTMLElement;
  readonly svg: SVGSVGElement;
  readonly layers: Layers;
  private laid: { readonly draft: Draft; readonly scene: LaidScene };
  /** What is drawn: the committed draft, with the drag in progress. */
  scene: Scene;
  private stop: Element;
  private size = vp.UNMEASURED;
  private view: vp.Viewport = { centre: { x: 0, y: 0 }, scale: 1 };
  private fitted = true;
  /** Pixels at the top that a fit leaves free (for the hint). */
  inset = 0;
  /** Called when the view has moved (inline fields follow their bond). */
  moved: () => void = () => {};

  constructor(
    private readonly store: Store,
    signal: AbortSignal,
  ) {
    this.svg = svg("svg", { class: "tn-diagram", role: "application", tabindex: 0, "aria-roledescription": "network diagram" });
    this.stop = this.svg;
    this.layers = makeLayers(this.svg);
    this.box = html("div", { class: "tn-stage" }, this.svg);
    this.laid = { draft: store.committed, scene: sceneOf(store.committed) };
    this.scene = this.laid.scene;
    onResize(this.box, (width, height) => {
      this.size = { width, height };
      if (this.fitted) this.fit();
      else this.show(this.view);
    }, signal);
    listen(this.svg, "focusin", (event) => this.settleStop(event.target as Element), signal);
  }

  /** Keep one part that Tab comes to: what had the focus last, else the first core; the diagram itself where there is none. */
  private settleStop(wanted: Element = this.stop): void {
    const inside = (part: Element): boolean => part !== this.svg && this.svg.contains(part);
    const stop = [wanted, this.stop].find(inside) ?? this.layers.cores.firstElementChild ?? this.svg;
    if (stop !== this.stop) setAttributes(this.stop, { tabindex: -1 });
    setAttributes(stop, { tabindex: 0 });
    this.stop = stop;
  }

  get scale(): number {
    return this.view.scale;
  }

  /** Draw the store's draft. An element that had the focus and is gone hands it to the diagram, never to the page. */
  redraw(): void {
    const before = focused(this.svg);
    const held = before !== null && before !== this.svg && this.svg.contains(before);
    this.scene = this.sceneNow();
    const { selection, locked } = this.store;
    draw(this.layers, this.scene, { selection, locked });
    this.settleStop();
    if (held && !this.svg.contains(before)) this.svg.focus({ preventScroll: true });
  }

  /** The scene of the committed draft, made once for it; during a drag, with the dragged cores at their new places. */
  private sceneNow(): Scene {
    const { draft, committed } = this.store;
    if (this.laid.draft !== committed) this.laid = { draft: committed, scene: sceneOf(committed, this.laid.scene) };
    if (draft === committed) return this.laid.scene;
    const names = draft.cores.filter((core, place) => core !== committed.cores[place]).map((core) => core.name);
    return dragged(this.laid.scene, draft, new Set(names));
  }

  /** Show another part of the diagram: nothing in it changes but the least size of hit areas, in steps of the scale. */
  private show(view: vp.Viewport): void {
    this.view = view;
    setAttributes(this.layers.world, { transform: vp.transform(view, this.size) });
    setAttributes(this.svg, { "data-far": vp.farOf(view) });
    this.moved();
  }

  fit(): void {
    this.fitted = true;
    const room = { width: this.size.width, height: Math.max(40, this.size.height - this.inset) };
    const view = vp.fit(sceneBox(this.scene), room);
    this.show(vp.pan(view, 0, this.inset / 2));
  }

  /** Fit again when something has left the window, unless a person has zoomed or moved the view. */
  keepInView(): void {
    if (!this.fitted) return;
    const box = sceneBox(this.scene, 4);
    const [a, b] = [this.toPixels(box), this.toPixels({ x: box.x + box.width, y: box.y + box.height })];
    if (a.x < 0 || a.y < 0 || b.x > this.size.width || b.y > this.size.height) this.fit();
  }

  zoom(factor: number, at?: Point): void {
    this.fitted = false;
    this.show(vp.zoom(this.view, factor, at));
  }

  pan(dx: number, dy: number): void {
    this.fitted = false;
    this.show(vp.pan(this.view, dx, dy));
  }

  /** Diagram point under a point of the window. */
  toDiagram(client: { clientX: number; clientY: number }): Point {
    const rect = this.svg.getBoundingClientRect();
    const stretch = rect.width > 0 ? this.size.width / rect.width : 1;
    const pixel = { x: (client.clientX - rect.left) * stretch, y: (client.clientY - rect.top) * stretch };
    return vp.toDiagram(this.view, this.size, pixel);
  }

  /** Pixels from the top left corner of the diagram. */
  toPixels(point: Point): Point {
    return vp.toPixels(this.view, this.size, point);
  }

  get centre(): Point {
    return this.view.centre;
  }

  itemOf(target: EventTarget | null): Item | null {
    if (!(target instanceof Element)) return null;
    const { core, bond, leg } = (target.closest<SVGElement>("[data-core],[data-bond],[data-leg]") ?? this.svg).dataset;
    if (core !== undefined) return { kind: "core", id: core };
    if (bond !== undefined) return { kind: "bond", id: bond };
    return leg === undefined ? null : { kind: "leg", id: Number(leg) };
  }

  elementOf(item: Item): SVGElement | null {
    const layer = { core: this.layers.cores, bond: this.layers.bonds, leg: this.layers.legs }[item.kind];
    const same = (child: Element): boolean => (child as SVGElement).dataset[item.kind] === String(item.id);
    return ([...layer.children].find(same) as SVGElement | undefined) ?? null;
  }

  focusOn(item: Item | null): void {
    ((item && this.elementOf(item)) ?? this.svg).focus({ preventScroll: true });
  }

  /** Give a part the focus, and pan where it is out of sight. */
  goTo(item: Item): void {
    const [spot, { width, height }] = [this.labelOf(item), this.size];
    if (spot === null) return;
    const { x, y } = this.toPixels(spot);
    if (x < 0 || y < 0 || x > width || y > height) this.pan(width / 2 - x, height / 2 - y);
    this.focusOn(item);
  }

  get focusedItem(): Item | null {
    const element = focused(this.svg);
    return element !== null && this.svg.contains(element) ? this.itemOf(element) : null;
  }

  /** The items that a command acts on: the selection, or the focused item when it is not selected. */
  get targets(): Selection {
    const item = this.focusedItem;
    const { selection } = this.store;
    return item === null || includes(selection, item) ? selection : only(item);
  }

  /** The selection together with the focused item. */
  get gathered(): Selection {
    const item = this.focusedItem;
    const { selection } = this.store;
    return item === null || count(selection) === 0 ? this.targets : union(selection, only(item));
  }

  /** The place of an item's label in the diagram. */
  labelOf(item: Item): Point | null {
    if (item.kind === "bond") return this.scene.bonds.find((bond) => bond.id === item.id)?.label ?? null;
    if (item.kind === "leg") return this.scene.legs.find((leg) => leg.mode === item.id)?.label ?? null;
    return this.scene.cores.find((core) => core.name === item.id) ?? null;
  }
}
