/** A page that crashed cannot say goodbye: Python holds what runs for it when it hears nothing for minutes. */

const HEARTBEAT = 20_000; // milliseconds; browsers slow hidden pages down to one timer a minute

interface Heard {
  set(trait: "heartbeat", now: number): void;
  save_changes(): void;
}

/** Say now and again that the page is there, until the signal aborts. */
export function beats(model: Heard, signal: AbortSignal): void {
  const beat = (): void => {
    model.set("heartbeat", Date.now());
    model.save_changes();
  };
  beat();
  const timer = setInterval(beat, HEARTBEAT);
  signal.addEventListener("abort", () => clearInterval(timer));
}
