// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { storedText, storeText } from "./storage.js";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it("keeps a text for the next page", () => {
  expect(storedText("a")).toBeNull();
  storeText("a", "1");
  expect([storedText("a"), localStorage.getItem("a")]).toEqual(["1", "1"]);
});
it("keeps nothing, and fails at nothing, where the page has no storage", () => {
  vi.stubGlobal("localStorage", { getItem: () => { throw new Error("denied"); }, setItem: () => { throw new Error("denied"); } });
  storeText("a", "1");
  expect(storedText("a")).toBeNull();
});
