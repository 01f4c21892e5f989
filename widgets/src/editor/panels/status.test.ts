// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SILENT_KERNEL } from "../../wire/link.js";
import { makeHint, Status } from "./status.js";

let store: { error: string; notice: string; silent: boolean };
let root: HTMLElement;
let status: Status;
let end: AbortController;
beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  store = { error: "", notice: "", silent: false };
  root = document.createElement("div");
  end = new AbortController();
  status = new Status(root, store as never, end.signal);
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});
const shown = (): string => (status.refresh(), status.line.textContent ?? "");

it("shows a notice for six seconds and speaks it", () => {
  status.tell("Copied A.");
  expect([shown(), status.live.textContent]).toEqual(["Copied A.", "Copied A."]);
  vi.advanceTimersByTime(5999);
  expect(shown()).toBe("Copied A.");
  vi.advanceTimersByTime(1);
  expect(shown()).toBe("");
});
it("puts what failed first, then what is not applied, then a silent kernel", () => {
  Object.assign(store, { error: "Mode 0 has no core.", notice: "A notice.", silent: true });
  status.fail("No such format.");
  expect(shown()).toBe("No such format.");
  status.renew();
  expect([shown(), root.dataset["state"]]).toEqual(["Not applied: Mode 0 has no core.", "error"]);
  store.error = "";
  expect([shown(), root.dataset["state"]]).toEqual([SILENT_KERNEL, undefined]);
  expect(status.line.hasAttribute("data-grave")).toBe(true);
  store.silent = false;
  expect([shown(), status.line.hasAttribute("data-grave")]).toEqual(["A notice.", false]);
});
it("speaks a sentence again when it is said twice", () => {
  status.say("Undone.");
  const first = status.live.textContent;
  status.say("Undone.");
  expect(status.live.textContent).not.toBe(first);
  expect(status.live.textContent?.trim()).toBe("Undone.");
});
it("keeps the hint away for good once it is dismissed", () => {
  const hint = makeHint(false);
  expect(hint.element.hidden).toBe(false);
  hint.dismiss();
  expect([hint.element.hidden, makeHint(false).element.hidden, makeHint(true).element.hidden]).toEqual([true, true, true]);
});
