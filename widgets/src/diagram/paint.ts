/**
 * Painting of a scene into SVG, in place: an element lives as long as its core, bond or leg, and only those are painted
 * that look other than before. How large hit areas (.tn-touch) are at least is said by diagram.css.
 */

import type { Selection } from "../structure/selection.js";
import { type Attributes, setAttributes, setText, svg } from "../ui/dom.js";
import { keyed } from "../ui/keyed.js";
import { CORE_RADIUS, curvePath, DOT_RADIUS, halfPlate, RIM } from "./geometry.js";
import type { Scene, SceneBond, SceneCore, SceneLeg } from "./scene.js";

export interface Layers {
  /** Holds all the others; its transform is the view. */
  readonly world: SVGGElement;
  readonly bonds: SVGGElement;
  readonly overlay: SVGGElement;
  readonly legs: SVGGElement;
  readonly cores: SVGGElement;
  readonly ranks: SVGGElement;
  readonly ghosts: SVGGElement;
}

export function makeLayers(root: SVGSVGElement): Layers {
  const layer = (name: string): SVGGElement => svg("g", { class: `tn-${name}` });
  const layers = {
    bonds: layer("bonds"),
    overlay: layer("overlay"),
    legs: layer("legs"),
    cores: layer("cores"),
    ranks: layer("ranks"),
    ghosts: layer("ghosts"),
  };
  for (const hidden of [layers.ranks, layers.ghosts]) hidden.setAttribute("aria-hidden", "true");
  const world = svg("g", {}, ...Object.values(layers));
  root.append(world);
  return { world, ...layers };
}

export interface Looks {
  readonly selection: Selection;
  readonly locked: boolean;
}

/** What an element shows: an item of the scene, and how. */
interface Shown {
  readonly item: object;
  readonly selected: boolean;
  readonly locked: boolean;
}

const shown = new WeakMap<Element, Shown>();

const part = <T extends SVGElement>(element: SVGElement, name: string): T =>
  [...element.children].find((child) => child.classList.contains(name)) as T;

function state(words: string, selected: boolean): Attributes {
  return { "aria-label": words + (selected ? ", selected" : ""), "data-selected": selected ? "" : null };
}

/** Draw a scene: every core, bond and leg has an element of its own, updated in place. */
export function draw(layers: Layers, scene: Scene, { selection, locked }: Looks): void {
  const [cores, bonds, legs] = [new Set(selection.cores), new Set(selection.bonds), new Set(selection.legs)];
  const once = <T extends object, E extends Element>(chosen: (item: T) => boolean, paint: (element: E, item: T, look: Shown) => void) =>
    (element: E, item: T): void => {
      const [look, last] = [{ item, selected: chosen(item), locked }, shown.get(element)];
      if (last?.item === item && last.selected === look.selected && last.locked === locked) return;
      shown.set(element, look);
      paint(element, item, look);
    };
  const chosenBond = ({ id }: SceneBond): boolean => bonds.has(id);
  const kind = ({ id, dot }: SceneBond): string => (dot === null ? id : `dotted ${id}`);
  keyed(layers.bonds, scene.bonds, { key: kind, make: makeBond, update: once(chosenBond, paintBond) });
  keyed(layers.legs, scene.legs, { key: (leg) => String(leg.mode), make: makeLeg, update: once((leg) => legs.has(leg.mode), paintLeg) });
  keyed(layers.cores, scene.cores, { key: (core) => core.name, make: makeCore, update: once((core) => cores.has(core.name), paintCore) });
  keyed(layers.ranks, scene.bonds, { key: (bond) => bond.id, make: makeRank, update: once(chosenBond, paintRank) });
}

/** Ranks lie above all lines, so that a crossing bond never hides one. */
const makeRank = ({ id }: SceneBond): SVGGElement =>
  svg("g", { class: "tn-rank", "data-rank-of": id }, svg("rect", { class: "tn-plate", y: -9.5, height: 19, rx: 9.5 }), svg("text", { dy: "0.35em" }));

function paintRank(element: SVGGElement, bond: SceneBond, { selected }: Shown): void {
  const text = String(bond.rank);
  const half = halfPlate(bond.rank);
  setAttributes(element, { transform: `translate(${bond.label.x.toFixed(2)} ${bond.label.y.toFixed(2)})` });
  setAttributes(element.firstElementChild as Element, { x: -half, width: 2 * half });
  element.classList.toggle("tn-strong", selected);
  setText(element.lastElementChild as Element, text);
}

function makeCore({ name }: SceneCore): SVGGElement {
  return svg(
    "g",
    { class: "tn-core", role: "button", "data-core": name, tabindex: -1 },
    svg("circle", { class: "tn-hit tn-touch" }),
    svg("circle", { class: "tn-rim" }),
    svg("circle", { class: "tn-disc" }),
    svg("text", { class: "tn-name", dy: "0.35em", "aria-hidden": "true" }),
    svg("path", { class: "tn-pin", d: "M-3 -9h6l-1 5 3 3h-4l-1 6-1-6h-4l3-3z", "aria-hidden": "true" }),
  );
}

function paintCore(element: SVGGElement, core: SceneCore, { selected }: Shown): void {
  setAttributes(element, {
    ...state(core.words, selected),
    transform: `translate(${core.x.toFixed(2)} ${core.y.toFixed(2)})`,
    "data-latent": core.latent ? "" : null,
    "data-pinned": core.pinned ? "" : null,
    "aria-pressed": selected ? "true" : "false",
  });
  setAttributes(part(element, "tn-hit"), { r: core.radius + RIM });
  setAttributes(part(element, "tn-rim"), { r: core.radius + RIM / 2 + 1 });
  setAttributes(part(element, "tn-disc"), { r: core.radius });
  setAttributes(part(element, "tn-pin"), { transform: `translate(${core.radius} ${-core.radius})` });
  const name = part<SVGTextElement>(element, "tn-name");
  setText(name, core.name.length > 6 ? `${core.name.slice(0, 5)}\u2026` : core.name);
  const size = (core.latent ? 12 : 15) * Math.min(1, 3 / Math.max(2, core.name.length));
  setAttributes(name, { "font-size": Math.max(6, size).toFixed(1) });
}

function makeBond({ id, dot }: SceneBond): SVGGElement {
  const dots = ["tn-dot-hit tn-touch", "tn-dot"].map((name) => svg("circle", { class: name }));
  return svg(
    "g",
    { class: "tn-bond", role: "spinbutton", "aria-valuemin": 1, "data-bond": id, tabindex: -1 },
    svg("path", { class: "tn-hit tn-touch" }),
    svg("path", { class: "tn-halo" }),
    svg("path", { class: "tn-line" }),
    ...(dot === null ? [] : dots),
  );
}

function paintBond(element: SVGGElement, bond: SceneBond, { selected }: Shown): void {
  const d = bond.lines.map(curvePath).join("");
  setAttributes(element, {
    ...state(bond.words, selected),
    "aria-valuenow": bond.rank,
    "data-rank": bond.rank,
    "data-hyper": bond.dot ? "" : null,
  });
  setAttributes(part(element, "tn-hit"), { d });
  setAttributes(part(element, "tn-halo"), { d, "stroke-width": bond.width + 7 });
  setAttributes(part(element, "tn-line"), { d, "stroke-width": bond.width, "stroke-dasharray": bond.rank <= 1 ? "4 4" : null });
  if (bond.dot === null) return;
  const { x: cx, y: cy } = bond.dot;
  setAttributes(part(element, "tn-dot"), { cx, cy, r: DOT_RADIUS });
  setAttributes(part(element, "tn-dot-hit"), { cx, cy, r: CORE_RADIUS - 2 });
}

function makeLeg({ mode }: SceneLeg): SVGGElement {
  return svg(
    "g",
    { class: "tn-leg", "data-leg": mode, tabindex: -1 },
    svg("path", { class: "tn-hit" }),
    svg("circle", { class: "tn-end-hit tn-touch" }),
    svg("path", { class: "tn-halo" }),
    svg("path", { class: "tn-line" }),
    svg("circle", { class: "tn-end" }),
    svg("text", { class: "tn-size", dy: "0.35em", "aria-hidden": "true" }),
  );
}

function paintLeg(element: SVGGElement, leg: SceneLeg, { selected, locked }: Shown): void {
  const d = `M${leg.from.x.toFixed(2)} ${leg.from.y.toFixed(2)}L${leg.end.x.toFixed(2)} ${leg.end.y.toFixed(2)}`;
  const counted = locked ? {} : { "aria-valuenow": leg.size, "aria-valuemin": 1 };
  setAttributes(element, {
    ...state(leg.words, selected),
    role: locked ? "button" : "spinbutton",
    ...counted,
    "data-size": leg.size,
    "data-of": leg.core,
  });
  for (const name of ["tn-hit", "tn-halo", "tn-line"]) setAttributes(part(element, name), { d });
  setAttributes(part(element, "tn-end"), { cx: leg.end.x.toFixed(2), cy: leg.end.y.toFixed(2), r: 3 });
  const [cx, cy] = [(leg.end.x + leg.label.x) / 2, (leg.end.y + leg.label.y) / 2];
  setAttributes(part(element, "tn-end-hit"), { cx: cx.toFixed(2), cy: cy.toFixed(2), r: 15 });
  const label = part<SVGTextElement>(element, "tn-size");
  setAttributes(label, { x: leg.label.x.toFixed(2), y: leg.label.y.toFixed(2) });
  setText(label, String(leg.size));
}
