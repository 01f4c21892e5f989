// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { parseTarget, targetField } from "./target_field.js";

it("reads an error above 0 and at most 1, with a point or a comma", () => {
  expect([parseTarget("0.05"), parseTarget(" 0,1 "), parseTarget("1"), parseTarget("1e-6")]).toEqual([0.05, 0.1, 1, 1e-6]);
  for (const text of ["", "0", "-1", "1.1", "x", "NaN", "Infinity"]) expect(parseTarget(text)).toContain("above 0 and at most 1");
});
it("sends what is sensible, explains the rest, and goes back with Escape", () => {
  const events = { choose: vi.fn(), complain: vi.fn() };
  const link = { get: () => 0.1, on() {} };
  const input = targetField(link as never, events, new AbortController().signal).querySelector("input") as HTMLInputElement;
  const type = (text: string): void => {
    input.value = text;
    input.dispatchEvent(new Event("change"));
  };
  expect(input.value).toBe("0.1");
  type("2");
  expect(events.complain).toHaveBeenCalledWith(expect.stringContaining('"2" was typed'));
  expect([input.getAttribute("aria-invalid"), events.choose.mock.calls.length]).toEqual(["true", 0]);
  type("0.2");
  expect(events.choose).toHaveBeenCalledExactlyOnceWith(0.2);
  input.value = "7";
  input.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  expect(input.value).toBe("0.1");
});
