/** The heartbeat of a page: a message sent every 20 seconds, so that Python can hold the work of a page that is gone. */

import type { Link } from "./link.js";

/** Milliseconds between two beats; browsers slow hidden pages down to one timer a minute. */
const HEARTBEAT_MS = 20_000;

/** Send a heartbeat, now and every 20 seconds, until the signal aborts. */
export function beats(link: Pick<Link<unknown, { kind: "heartbeat" }>, "send">, signal: AbortSignal): void {
  const beat = (): void => void link.send({ kind: "heartbeat" }).catch(() => {}); // the next one follows
  beat();
  const timer = setInterval(beat, HEARTBEAT_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
