import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { COMMAND_GAP_MS, nextSeq, onChange, said, sendCommand } from "./channel.js";

const fake = () => ({ set: vi.fn(), save_changes: vi.fn() });

beforeEach(() => void vi.useFakeTimers({ now: 5_000 }));
afterEach(() => void vi.useRealTimers());

it("numbers messages upwards, also within one millisecond", () => {
  const first = nextSeq();
  expect(nextSeq()).toBe(first + 1);
  vi.setSystemTime(first + 1_000_000);
  expect(nextSeq()).toBe(first + 1_000_000);
});
it("sends the first command at once, the others of the same moment one by one and in order", () => {
  const model = fake();
  const numbers = ["pause", "resume", "stop"].map((kind) => sendCommand(model, { kind }));
  const sent = (): unknown[] => model.set.mock.calls.map(([trait, { kind, seq }]) => [trait, kind, seq]);
  expect(sent()).toEqual([["command", "pause", numbers[0]]]);
  vi.advanceTimersByTime(COMMAND_GAP_MS);
  expect(sent().length).toBe(2);
  vi.advanceTimersByTime(10 * COMMAND_GAP_MS);
  expect(sent()).toEqual([["command", "pause", numbers[0]], ["command", "resume", numbers[1]], ["command", "stop", numbers[2]]]);
  expect(model.save_changes).toHaveBeenCalledTimes(3);
  expect(vi.getTimerCount()).toBe(0);
  sendCommand(model, { kind: "pause" });
  expect(model.set).toHaveBeenCalledTimes(4);
});
it("lets no model wait for another", () => {
  const [one, other] = [fake(), fake()];
  for (const model of [one, other]) sendCommand(model, { kind: "pause" });
  expect([one.set.mock.calls.length, other.set.mock.calls.length]).toEqual([1, 1]);
});
it("listens to traits until its view ends, and never afterwards", () => {
  const [heard, end] = [new Map<string, () => void>(), new AbortController()];
  const model = { on: (event: string, call: () => void) => void heard.set(event, call), off: (event: string) => void heard.delete(event) };
  const hear = vi.fn();
  onChange<{ a: number; b: number }>(model, ["a", "b"], hear, end.signal);
  heard.get("change:b")?.();
  expect(hear).toHaveBeenCalledOnce();
  end.abort();
  onChange<{ a: number }>(model, ["a"], hear, end.signal);
  expect(heard.size).toBe(0);
});
it("takes an empty object for a value that Python has not set", () => {
  expect([said({}), said(null), said(undefined), said({ seq: 0 })]).toEqual([null, null, null, { seq: 0 }]);
});
