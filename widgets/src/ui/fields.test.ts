// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { html } from "./dom.js";
import { filePicker, fillMenu, typed } from "./fields.js";

const { signal } = new AbortController();
const named = (...names: string[]): { name: string; label: string }[] => names.map((name) => ({ name, label: name.toUpperCase() }));

it("fills a menu in the order of its choices, keeping the options that stay", () => {
  const menu = html("select");
  fillMenu(menu, named("a", "b"), "b");
  const [, b] = menu.options;
  fillMenu(menu, [...named("b", "c"), { name: "a", label: "first" }], "c");
  expect([...menu.options].map(({ value, textContent }) => [value, textContent])).toEqual([["b", "B"], ["c", "C"], ["a", "first"]]);
  expect([menu.value, menu.options[0]]).toEqual(["c", b]);
});
it("puts choices under their headings, in the order in which the headings come first", () => {
  const menu = html("select");
  const under = (group: string, ...names: string[]): { name: string; label: string; group: string }[] => named(...names).map((choice) => ({ ...choice, group }));
  fillMenu(menu, [...named("mine"), ...under("waves", "a", "b"), ...under("pictures", "c")], "b");
  const shown = (): (string | null)[][] => [...menu.children].map((row) => [row.getAttribute("label") ?? row.textContent, ...[...row.children].map(({ textContent }) => textContent)]);
  expect(shown()).toEqual([["MINE"], ["waves", "A", "B"], ["pictures", "C"]]);
  expect(menu.value).toBe("b");
  fillMenu(menu, under("waves", "b"), "b");
  expect([shown(), menu.value]).toEqual([[["waves", "B"]], "b"]);
});
it("hands over what is typed, refuses the rest in a sentence, and puts back the old with Escape", () => {
  const [input, take, complain] = [html("input"), vi.fn(), vi.fn()];
  const read = (text: string): number | string => (text === "" ? "Type a number." : Number(text));
  const field = typed(input, { read, take, complain, written: () => "7" }, signal);
  input.value = "3";
  input.dispatchEvent(new Event("change"));
  expect(take).toHaveBeenCalledExactlyOnceWith(3);
  input.value = "";
  field.commit();
  expect([complain.mock.calls, input.getAttribute("aria-invalid")]).toEqual([[["Type a number."]], "true"]);
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect([input.value, input.getAttribute("aria-invalid")]).toEqual(["7", null]);
});
it("hands over a chosen file, and the same one again", () => {
  const take = vi.fn();
  const picker = filePicker({ accept: ".npy", label: "file to upload" }, take, signal);
  const file = new File(["x"], "x.npy");
  Object.defineProperty(picker, "files", { value: [file] });
  for (let turn = 0; turn < 2; turn++) picker.dispatchEvent(new Event("change"));
  expect(take.mock.calls).toEqual([[file], [file]]);
  expect([picker.hidden, picker.accept]).toEqual([true, ".npy"]);
});
