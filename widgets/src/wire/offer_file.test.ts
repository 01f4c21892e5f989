// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { offerFile } from "./offer_file.js";

const clicked: HTMLAnchorElement[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    clicked.push(this);
  });
  Object.assign(URL, { createObjectURL: vi.fn(() => "blob:1"), revokeObjectURL: vi.fn() });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("hands bytes or a blob to the browser under a name, and gives the memory back", async () => {
  offerFile("fit.tnlab", Uint8Array.of(1, 2));
  const blob = new Blob(["{}"], { type: "application/json" });
  offerFile("structure.json", blob);
  expect(clicked.map(({ download }) => download)).toEqual(["fit.tnlab", "structure.json"]);
  const given = vi.mocked(URL.createObjectURL).mock.calls.map(([content]) => content as Blob);
  expect([given[0]?.size, given[1]]).toEqual([2, blob]);
  expect(URL.revokeObjectURL).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(URL.revokeObjectURL).toHaveBeenCalledTimes(2);
});
