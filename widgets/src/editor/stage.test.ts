// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import * as edits from "../structure/edits.js";
import { selecting } from "../structure/selection.js";
import { drawn, FakeModel } from "../testing/fake_model.js";
import type { EditorMessage, EditorState } from "../wire/editor_state.js";
import { widgetLink } from "../wire/widget_link.js";
import { Stage } from "./stage.js";
import { Store } from "./store.js";

let store: Store;
let stage: Stage;
let end: AbortController;
const core = (name: string): SVGElement => stage.elementOf({ kind: "core", id: name }) as SVGElement;
const remove = (names: string[]): void => {
  store.commit(edits.remove(store.committed, selecting({ cores: names }), false));
  stage.redraw();
};

beforeEach(() => {
  document.body.replaceChildren();
  end = new AbortController();
  store = new Store(widgetLink<EditorState, EditorMessage>(new FakeModel(drawn()), end.signal), end.signal);
  stage = new Stage(store, end.signal);
  document.body.append(stage.box);
  stage.redraw();
});
afterEach(() => end.abort());

it("takes the focus over from an element that is gone, so that keys still reach the editor", () => {
  core("A").focus();
  remove(["A"]);
  expect(document.activeElement).toBe(stage.svg);
});
it("leaves the focus where it is while its element stays", () => {
  core("B").focus();
  remove(["A"]);
  expect(document.activeElement).toBe(core("B"));
});
it("takes no focus from the page around it", () => {
  const field = document.body.appendChild(document.createElement("input"));
  field.focus();
  remove(["A"]);
  expect(document.activeElement).toBe(field);
});
it("acts on the focused item, or on the selection that it belongs to", () => {
  store.select(selecting({ cores: ["A", "B"] }));
  core("C").focus();
  expect(stage.targets).toEqual(selecting({ cores: ["C"] }));
  expect(stage.gathered).toEqual(selecting({ cores: ["A", "B", "C"] }));
  core("A").focus();
  expect(stage.targets).toEqual(selecting({ cores: ["A", "B"] }));
});
it("zooms around a point of the diagram and fits again", () => {
  const at = { x: 30, y: 40 };
  const [before, scale] = [stage.toPixels(at), stage.scale];
  stage.zoom(2, at);
  expect(stage.scale).toBeCloseTo(2 * scale);
  expect(stage.toPixels(at).x).toBeCloseTo(before.x);
  stage.fit();
  expect(stage.scale).toBeLessThan(2 * scale);
});
