// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { keyed } from "./keyed.js";

const list = document.createElement("ul");
const show = (items: string[], ordered = false): string => {
  keyed(list, items, { key: (item) => item, make: () => document.createElement("li"), update: (element, item) => (element.textContent = item), ordered });
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
it("follows the order of the items where asked to, around the element with the focus", () => {
  document.body.append(list);
  show(["a", "b", "c", "d"], true);
  const moved = list.children[1] as HTMLElement;
  moved.tabIndex = 0;
  moved.focus();
  expect(show(["d", "b", "c", "a"], true)).toBe("dbca");
  expect(document.activeElement).toBe(moved);
  moved.blur();
  expect(show(["b", "a", "d", "c"], true)).toBe("badc");
  list.remove();
  list.replaceChildren();
});
it("never moves an element that is there already unless asked to", () => {
  show(["a", "b"]);
  const moved = vi.spyOn(list, "insertBefore");
  expect(show(["b", "a"])).toBe("ab");
  expect(moved).not.toHaveBeenCalled();
});
it("takes names with quotes for what they are", () => {
  expect(show(['t"wo', "<i>"])).toBe('t"wo<i>');
  expect(show(["<i>"])).toBe("<i>");
});
