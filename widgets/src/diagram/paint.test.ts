// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import { NOTHING, selecting } from "../structure/selection.js";
import { type Draft, fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { svg } from "../ui/dom.js";
import { draw, type Layers, makeLayers } from "./paint.js";
import { sceneOf } from "./scene.js";

let layers: Layers;
const draft = fromRecord(square());
const paint = (next: Draft, looks = {}): void => draw(layers, sceneOf(next), { selection: NOTHING, locked: false, ...looks });
const bond = (id: string): Element => layers.bonds.querySelector(`[data-bond="${id}"]`) as Element;
beforeEach(() => {
  layers = makeLayers(svg("svg"));
  paint(draft);
});

it("gives every core, bond, leg and rank an element that can be found", () => {
  const ids = (layer: Element, key: string): (string | undefined)[] => [...layer.children].map((child) => (child as SVGElement).dataset[key]);
  expect(ids(layers.cores, "core")).toEqual(["A", "B", "C", "D"]);
  expect(ids(layers.bonds, "bond")).toEqual(["A-B", "B-C", "C-D", "A-D"]);
  expect(ids(layers.ranks, "rankOf")).toEqual(["A-B", "B-C", "C-D", "A-D"]);
  expect(ids(layers.legs, "leg")).toEqual(["0", "1", "2", "3"]);
});
it("updates in place: a changed rank keeps its elements", () => {
  const before = bond("A-B");
  paint({ ...draft, bonds: draft.bonds.map((each) => ({ ...each, rank: 9 })) });
  expect(bond("A-B")).toBe(before);
  expect([before.getAttribute("aria-valuenow"), layers.ranks.textContent]).toEqual(["9", "9999"]);
});
it("draws rank 1 dashed, and a selected bond as such in words", () => {
  const lone = { ...draft, bonds: draft.bonds.map((each, k) => ({ ...each, rank: k === 0 ? 1 : each.rank })) };
  paint(lone, { selection: selecting({ bonds: ["A-B"] }) });
  expect(bond("A-B").querySelector(".tn-line")?.getAttribute("stroke-dasharray")).toBe("4 4");
  expect(bond("B-C").querySelector(".tn-line")?.hasAttribute("stroke-dasharray")).toBe(false);
  expect(bond("A-B").getAttribute("aria-label")).toBe("bond A-B, rank 1, selected");
});
it("touches only what looks other than before", () => {
  const seen = new MutationObserver(() => {});
  for (const layer of Object.values(layers)) seen.observe(layer, { subtree: true, childList: true, attributes: true, characterData: true });
  const scene = sceneOf(draft);
  draw(layers, scene, { selection: NOTHING, locked: false });
  seen.takeRecords();
  draw(layers, sceneOf({ ...draft, bonds: draft.bonds.map((each, k) => ({ ...each, rank: k === 0 ? 9 : each.rank })) }, scene), { selection: selecting({ cores: ["C"] }), locked: false });
  const touched = seen.takeRecords().map(({ target }) => (target as Element).closest("[data-key]")?.getAttribute("data-key"));
  expect(new Set(touched)).toEqual(new Set(["A-B", "C"]));
});
