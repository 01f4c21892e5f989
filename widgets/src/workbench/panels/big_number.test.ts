// @vitest-environment jsdom
import { expect, it } from "vitest";
import { bigNumber } from "./big_number.js";

it("shows a number with its raw value, a dash where there is none, and says what it is", () => {
  const gap = bigNumber("gap", "gap", "What could be left to gain.");
  const [name, value] = gap.element.children as unknown as [HTMLElement, HTMLElement];
  gap.show("12 %", 0.12);
  expect([value.textContent, value.dataset["value"], name.dataset["tip"]]).toEqual(["12 %", "0.12", "What could be left to gain."]);
  gap.show(null, null, "Nothing is known.");
  expect([value.textContent, value.dataset["value"], name.dataset["tip"]]).toEqual(["\u2013", "", "Nothing is known."]);
});
