/** The heartbeat of a page: a timestamp sent every 20 seconds, so that Python can hold the work of a page that is gone. */

/** Milliseconds between two beats; browsers slow hidden pages down to one timer a minute. */
const HEARTBEAT_MS = 20_000;

interface Heard {
  set(trait: "heartbeat", now: number): void;
  save_changes(): void;
}

/** Set `heartbeat` to the time in milliseconds, now and every 20 seconds, until the signal aborts. */
export function beats(model: Heard, signal: AbortSignal): void {
  const beat = (): void => {
    model.set("heartbeat", Date.now());
    model.save_changes();
  };
  beat();
  const timer = setInterval(beat, HEARTBEAT_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
}
