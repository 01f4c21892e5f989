import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import { type Ask, asker, REPLY_TIMEOUT_MS, SILENT_KERNEL } from "./ask.js";
import type { Reply } from "./editor_state.js";

let model: FakeModel;
let end: AbortController;
let ask: Ask;
const seq = (): number => (model.state.request as { seq: number }).seq;
const reply = (fields: Partial<Reply> = {}): void => model.receive({ reply: { seq: seq(), kind: "import", error: "", ...fields } });

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
  end = new AbortController();
  ask = asker(model, end.signal);
});
afterEach(() => {
  end.abort();
  vi.useRealTimers();
});

it("resolves with the reply of its own number, not of another", async () => {
  const answer = ask({ kind: "import", text: "ab,bc->ac" });
  expect(model.state.request).toMatchObject({ kind: "import", text: "ab,bc->ac" });
  reply({ seq: seq() - 1, text: "another's" });
  reply({ text: "mine" });
  await expect(answer).resolves.toMatchObject({ text: "mine" });
});
it("rejects with the sentence of a refusal", async () => {
  const answer = ask({ kind: "import", text: "?" });
  reply({ error: "That is no structure." });
  await expect(answer).rejects.toThrow("That is no structure.");
});
it("waits five seconds for a kernel that is silent, and no less", async () => {
  const failed = vi.fn();
  ask({ kind: "import", text: "ab->ab" }).catch((error: Error) => failed(error.message));
  await vi.advanceTimersByTimeAsync(REPLY_TIMEOUT_MS - 1);
  expect(failed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(failed).toHaveBeenCalledExactlyOnceWith(SILENT_KERNEL);
  expect(REPLY_TIMEOUT_MS).toBe(5000);
});
it("keeps no timer once it has its reply or its view is gone", async () => {
  const answer = ask({ kind: "import", text: "ab->ab" });
  reply();
  await answer;
  expect(vi.getTimerCount()).toBe(0);
  void ask({ kind: "import", text: "ab->ab" });
  end.abort();
  expect(vi.getTimerCount()).toBe(0);
});
