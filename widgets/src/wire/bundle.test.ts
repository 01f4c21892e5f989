// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import { mounting, rendering } from "./bundle.js";
import type { Incoming, Link } from "./link.js";

interface State {
  label: string;
}
const mount = (root: HTMLElement, link: Link<State>): void => void (root.textContent = link.get("label"));

it("renders a widget in an element of its own", () => {
  const el = document.createElement("section");
  rendering(mount)({ model: new FakeModel<State>({ label: "a widget" }), el, signal: new AbortController().signal });
  expect(el.innerHTML).toBe("<div>a widget</div>");
});
it("mounts on a page of one's own once the state is there", async () => {
  const root = document.createElement("div");
  let hear: (content: Incoming) => void = () => {};
  const send = vi.fn();
  const mounted = mounting(mount)(root, { send, listen: (callback) => void (hear = (content) => callback(content, [])) }, new AbortController().signal);
  expect(root.textContent).toBe("");
  const { client, n } = send.mock.lastCall?.[0];
  hear({ answer: { client, n, kind: "hello", late: false, error: "", state: { label: "a page" } } });
  await mounted;
  expect(root.textContent).toBe("a page");
});
