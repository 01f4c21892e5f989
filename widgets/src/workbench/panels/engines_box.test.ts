// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { nothing, settings } from "../../testing/fake_workbench.js";
import { enginesBox, engineWords } from "./engines_box.js";

const { engines } = nothing();

it("says first why an engine cannot be chosen, then what it does and where it was published", () => {
  const [growth, , tnga] = engines;
  expect(growth && engineWords(growth, undefined)).toBe(`${growth?.summary} ${growth?.paper}`);
  expect(tnga && engineWords(tnga, "It needs a family.")).toBe(`Cannot be chosen: It needs a family. ${tnga?.summary} Many workers help it. ${tnga?.paper}`);
});
it("lists engines that can run before those that cannot, and does not choose the latter", () => {
  const choose = vi.fn();
  const box = enginesBox(choose, new AbortController().signal);
  document.body.append(box.element); // a detached checkbox fires no change
  box.show(engines, settings(), false, () => 0);
  const inputs = [...box.element.querySelectorAll<HTMLInputElement>("input")];
  expect(inputs.map(({ value }) => value)).toEqual(["growth", "annealing", "random_search", "tnga"]);
  inputs.at(-1)?.click();
  expect(choose).not.toHaveBeenCalled();
  inputs[2]?.click();
  expect(choose).toHaveBeenCalledExactlyOnceWith(["growth", "annealing", "random_search"]);
});
