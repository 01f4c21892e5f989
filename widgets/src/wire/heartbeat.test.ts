import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { beats } from "./heartbeat.js";

const send = vi.fn(async () => Promise.reject(new Error("No heartbeats here.")));
let end: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

it("says at once that the page is there, and again every 20 seconds, whatever is answered", async () => {
  beats({ send } as never, end.signal);
  expect(send.mock.calls).toEqual([[{ kind: "heartbeat" }]]);
  await vi.advanceTimersByTimeAsync(19_999);
  expect(send).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(send).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(send).toHaveBeenCalledTimes(4);
});
it("ends with the view", () => {
  beats({ send } as never, end.signal);
  end.abort();
  vi.advanceTimersByTime(100_000);
  expect(send).toHaveBeenCalledTimes(1);
});
