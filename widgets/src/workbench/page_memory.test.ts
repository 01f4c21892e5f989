// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { recall, remember } from "./page_memory.js";

const KEY = "tnlab-workbench";
beforeEach(() => localStorage.clear());

it("remembers the studies of the page across a reload", () => {
  const memory = { studies: ["a"], mine: ["a", "b"], running: true };
  remember(memory);
  expect(recall()).toEqual(memory);
});
it("takes nothing else from the storage for a memory", () => {
  for (const text of ["null", "7", "not JSON", "{}", '{"studies": "a"}']) {
    localStorage.setItem(KEY, text);
    expect(recall()).toBeNull();
  }
  localStorage.setItem(KEY, JSON.stringify({ studies: ["a", 7, "", "x".repeat(201)], mine: Array.from({ length: 300 }, (_, k) => `s${k}`) }));
  expect(recall()).toMatchObject({ studies: ["a"], running: false });
  expect(recall()?.mine.length).toBe(200);
});
it("does without a storage", () => {
  const broken = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("not allowed");
  });
  expect(() => remember({ studies: ["z"], mine: [], running: false })).not.toThrow();
  broken.mockRestore();
});
