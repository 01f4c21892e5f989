import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { beats } from "./heartbeat.js";

const model = { set: vi.fn(), save_changes: vi.fn() };
let end: AbortController;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.clearAllMocks();
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

it("says at once that the page is there, and again every 20 seconds", () => {
  beats(model, end.signal);
  expect(model.set.mock.calls).toEqual([["heartbeat", 1_000_000]]);
  vi.advanceTimersByTime(19_999);
  expect(model.set).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(model.set).toHaveBeenLastCalledWith("heartbeat", 1_020_000);
  vi.advanceTimersByTime(40_000);
  expect(model.set).toHaveBeenCalledTimes(4);
  expect(model.save_changes).toHaveBeenCalledTimes(4);
});
it("ends with the view", () => {
  beats(model, end.signal);
  end.abort();
  vi.advanceTimersByTime(100_000);
  expect(model.set).toHaveBeenCalledTimes(1);
});
