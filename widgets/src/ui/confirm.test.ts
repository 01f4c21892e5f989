// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { confirm } from "./confirm.js";
import { html } from "./dom.js";
import { Popups } from "./popup.js";

let root: HTMLElement;
let end: AbortController;
const done = vi.fn();
const action = (name: string): HTMLElement => root.querySelector(`[data-action=${name}]`) as HTMLElement;

beforeEach(async () => {
  root = document.body.appendChild(html("div"));
  end = new AbortController();
  done.mockClear();
  confirm(new Popups(root, end.signal, () => {}), { title: "Delete it?", text: "It cannot be brought back.", yes: "Delete it" }, done);
  await Promise.resolve();
});
afterEach(() => {
  end.abort();
  root.remove();
});

it("puts the focus on the answer that does nothing", () => {
  expect(document.activeElement).toBe(action("no"));
  action("no").click();
  expect(done).not.toHaveBeenCalled();
  expect(root.querySelector("[role=dialog]")).toBeNull();
});
it("acts on yes only, when the question is gone", () => {
  done.mockImplementation(() => expect(root.querySelector("[role=dialog]")).toBeNull());
  action("yes").click();
  expect(done).toHaveBeenCalledOnce();
});
