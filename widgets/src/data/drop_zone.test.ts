// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { dropZone } from "./drop_zone.js";

let root: HTMLElement;
const take = vi.fn();
const drag = (type: string, files: unknown[] = [], types = ["Files"]): Event => {
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer: { types, files, dropEffect: "none" } });
  root.dispatchEvent(event);
  return event;
};
const veil = (): HTMLElement => root.querySelector(".tnx-veil") as HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  take.mockClear();
  dropZone(root, take, new AbortController().signal, () => "an array");
});

it("is shown while a file is over the widget, also from child to child", () => {
  drag("dragenter");
  drag("dragenter");
  drag("dragleave");
  expect([veil().hidden, veil().textContent]).toEqual([false, "Drop an array"]);
  drag("dragleave");
  expect(veil().hidden).toBe(true);
});
it("takes the first file, and keeps the page from opening it", () => {
  drag("dragenter");
  expect(drag("drop", ["one", "two"]).defaultPrevented).toBe(true);
  expect(take).toHaveBeenCalledExactlyOnceWith("one");
  expect(veil().hidden).toBe(true);
});
it("leaves dragged text alone", () => {
  expect(drag("dragenter", [], ["text/plain"]).defaultPrevented).toBe(false);
  expect(veil().hidden).toBe(true);
});
