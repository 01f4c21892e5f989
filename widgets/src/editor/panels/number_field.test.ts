// @vitest-environment jsdom
import { afterEach, expect, it } from "vitest";
import { drawn, FakeModel } from "../../testing/fake_model.js";
import type { EditorMessage, EditorState } from "../../wire/editor_state.js";
import { widgetLink } from "../../wire/widget_link.js";
import { mountEditor } from "../editor.js";

const end = new AbortController();
afterEach(() => end.abort());

it("replaces the number that was there, and goes on after a digit that was typed", () => {
  const root = document.body.appendChild(document.createElement("div"));
  mountEditor(root, widgetLink<EditorState, EditorMessage>(new FakeModel(drawn()), end.signal), end.signal);
  const bond = root.querySelector('[data-bond="A-B"]') as SVGElement;
  const field = root.querySelector(".tn-inline") as HTMLInputElement;
  const press = (key: string): unknown => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  bond.focus();
  press("Enter");
  expect([field.value.length, field.selectionStart, field.selectionEnd]).toEqual([1, 0, 1]);
  press("Escape");
  press("3");
  expect([field.value, field.selectionStart, field.selectionEnd]).toEqual(["3", 1, 1]);
  press("Escape");
  bond.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
  expect([field.value.length, field.selectionStart, field.selectionEnd]).toEqual([1, 0, 1]);
  expect(field.maxLength).toBeGreaterThan(10);
});
