/** Requests to Python (preset, layout, measures, import, export), each answered by its reply or an error after five seconds. */

import { nextSeq, onChange } from "./channel.js";
import type { EditorModel, Reply, RequestBody } from "./editor_state.js";

/** Milliseconds that a request waits for its reply. */
export const REPLY_TIMEOUT_MS = 5000;
export const SILENT_KERNEL = "The kernel does not answer; it may be busy or gone. What is drawn stays on this page.";

interface Waiting {
  answer(reply: Reply): void;
  timer: ReturnType<typeof setTimeout>;
}

export type Ask = (body: RequestBody) => Promise<Reply>;

/** Return a function that asks; its promise rejects with a sentence where Python refuses or stays silent. */
export function asker(model: EditorModel, signal: AbortSignal): Ask {
  const waiting = new Map<number, Waiting>();
  const listen = (): void => {
    const reply = model.get("reply");
    if (!("seq" in reply)) return;
    waiting.get(reply.seq)?.answer(reply as Reply);
  };
  onChange(model, ["reply"], listen, signal);
  signal.addEventListener("abort", () => waiting.forEach(({ timer }) => clearTimeout(timer)));
  return (body) =>
    new Promise((resolve, reject) => {
      const seq = nextSeq();
      const settle = (act: () => void): void => {
        clearTimeout(waiting.get(seq)?.timer);
        waiting.delete(seq);
        act();
      };
      const timer = setTimeout(() => settle(() => reject(new Error(SILENT_KERNEL))), REPLY_TIMEOUT_MS);
      const answer = (reply: Reply): void =>
        settle(() => (reply.error ? reject(new Error(reply.error)) : resolve(reply)));
      waiting.set(seq, { answer, timer });
      model.set("request", { seq, ...body });
      model.save_changes();
    });
}
