// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { modesBox } from "./modes_box.js";

const data = {
  name: "camera", label: "Camera", shape: [16, 16], modes: [16, 16], order: "plain" as const, kind: "image" as const, size: 256,
  suggestions: [{ modes: [16, 16], order: "plain" as const, label: "16x16" }, { modes: [4, 4, 4, 4], order: "quantised" as const, label: "4^4 quantised" }],
};
const events = { choose: vi.fn(), complain: vi.fn() };
let root: HTMLElement;
let end: AbortController;
const input = (): HTMLInputElement => root.querySelector("input") as HTMLInputElement;
const press = (key: string): void => void document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  vi.clearAllMocks();
  end = new AbortController();
  const box = modesBox(events, end.signal);
  root = document.body.appendChild(box.element);
  box.show(data);
  input().focus();
});
afterEach(() => {
  end.abort();
  root.remove();
});

it("takes mode sizes whose product is the number of entries, and explains others", () => {
  expect(input().value).toBe("16x16");
  input().value = "4^4";
  press("Enter");
  expect(events.choose).toHaveBeenCalledExactlyOnceWith([4, 4, 4, 4], "plain");
  input().value = "4^3";
  press("Enter");
  expect(events.complain).toHaveBeenCalledWith(expect.stringContaining("need 64 entries"));
  press("Escape");
  expect([input().value, input().getAttribute("aria-invalid")]).toEqual(["16x16", null]);
});
it("opens a list with the arrow key, walks it, and gives the focus back", () => {
  const expanded = (): string | null => input().getAttribute("aria-expanded");
  press("ArrowDown");
  expect([expanded(), document.activeElement?.textContent]).toEqual(["true", "16x16"]);
  press("ArrowDown");
  press("Enter");
  expect(events.choose).toHaveBeenCalledExactlyOnceWith([4, 4, 4, 4], "quantised");
  expect([expanded(), document.activeElement]).toEqual(["false", input()]);
  press("ArrowDown");
  press("Escape");
  expect([expanded(), events.choose.mock.calls.length]).toEqual(["false", 1]);
});
