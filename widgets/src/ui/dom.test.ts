// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { focused, html, isField, listen, setAttributes, setText, svg } from "./dom.js";

it("takes an attribute away for null, undefined and false, and writes others only when they differ", () => {
  const element = html("div", { id: "a", hidden: "", title: null });
  const write = vi.spyOn(element, "setAttribute");
  setAttributes(element, { id: "a", hidden: false, tabindex: 0 });
  expect(write.mock.calls).toEqual([["tabindex", "0"]]);
  expect([...element.attributes].map(({ name }) => name)).toEqual(["id", "tabindex"]);
});
it("sets text as text", () => {
  const element = html("p", {}, "<b>bold</b>");
  expect(element.children.length).toBe(0);
  setText(element, "<i>x</i>");
  expect([element.children.length, element.textContent]).toEqual([0, "<i>x</i>"]);
});
it("makes elements of SVG", () => expect(svg("g", {}, svg("path", { d: "M0 0" })).firstElementChild?.namespaceURI).toContain("svg"));
it("listens until its signal ends", () => {
  const [button, end, hear] = [html("button"), new AbortController(), vi.fn()];
  listen(button, "click", hear, end.signal);
  button.click();
  end.abort();
  button.click();
  expect(hear).toHaveBeenCalledOnce();
});
it("finds the focus inside a shadow root", () => {
  const home = document.body.appendChild(html("div")).attachShadow({ mode: "open" });
  const input = home.appendChild(html("input"));
  input.focus();
  expect(focused(input)).toBe(input);
  expect(document.activeElement).not.toBe(input);
  expect([isField(input), isField(html("button")), isField(null)]).toEqual([true, false, false]);
});
