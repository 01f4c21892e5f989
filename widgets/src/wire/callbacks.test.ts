import { expect, it, vi } from "vitest";
import { Callbacks } from "./callbacks.js";

it("calls everything that listens to a name, in order, until its signal aborts", () => {
  const [callbacks, first, second] = [new Callbacks<[number]>(), new AbortController(), new AbortController()];
  const heard = vi.fn();
  callbacks.add("a", heard, first.signal);
  callbacks.add("a", heard, second.signal);
  callbacks.add("a", (value) => heard(-value), second.signal);
  callbacks.tell("a", 1);
  callbacks.tell("b", 9);
  expect(heard.mock.calls).toEqual([[1], [1], [-1]]);
  second.abort();
  callbacks.add("a", heard, second.signal);
  callbacks.tell("a", 2);
  expect(heard.mock.calls.slice(3)).toEqual([[2]]);
});
