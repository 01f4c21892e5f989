/** Callbacks by name, each until its signal aborts. */

export class Callbacks<Given extends unknown[] = []> {
  private readonly known = new Map<string, Set<{ call(...given: Given): void }>>();

  /** Have `call` called with what is told under `name`. */
  add(name: string, call: (...given: Given) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    const entry = { call };
    const entries = this.known.get(name) ?? new Set();
    this.known.set(name, entries.add(entry));
    signal.addEventListener("abort", () => entries.delete(entry));
  }

  tell(name: string, ...given: Given): void {
    for (const { call } of [...(this.known.get(name) ?? [])]) call(...given);
  }
}
