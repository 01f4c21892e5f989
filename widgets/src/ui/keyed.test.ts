// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { keyed } from "./keyed.js";

const list = document.createElement("ul");
const show = (items: string[]): string => {
  keyed(list, items, (item) => item, () => document.createElement("li"), (element, item) => (element.textContent = item));
  return list.textContent ?? "";
};

it("keeps an element as long as its item, and puts a new one where its item is", () => {
  expect(show(["a", "c"])).toBe("ac");
  const [a, c] = list.children;
  expect(show(["a", "b", "c"])).toBe("abc");
  expect([list.children[0], list.children[2]]).toEqual([a, c]);
  expect(show(["c"])).toBe("c");
  expect(list.firstChild).toBe(c);
});
it("never moves an element that is there already", () => {
  show(["a", "b"]);
  const moved = vi.spyOn(list, "insertBefore");
  expect(show(["b", "a"])).toBe("ab");
  expect(moved).not.toHaveBeenCalled();
});
it("takes names with quotes for what they are", () => {
  expect(show(['t"wo', "<i>"])).toBe('t"wo<i>');
  expect(show(["<i>"])).toBe("<i>");
});
