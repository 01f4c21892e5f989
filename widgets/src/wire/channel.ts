/** The connection of a view with its model in Python: numbered messages out, changed traits in. */

/** What a view uses of its model; `State` names the synced traits and their values. */
export interface Model<State> {
  get<K extends keyof State & string>(trait: K): State[K];
  set<K extends keyof State & string>(trait: K, value: State[K]): void;
  save_changes(): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** The value of a trait that Python has not set yet: an empty object. */
export type Unsaid = Record<string, never>;

/** Return a trait's value, or null where Python has not set it yet. */
export function said<T extends object>(value: T | Unsaid | null | undefined): T | null {
  return value && Object.keys(value).length > 0 ? (value as T) : null;
}

let newest = 0;

/** Return a number larger than any before it, also across reloads and other views: milliseconds since 1970, or one more. */
export function nextSeq(): number {
  newest = Math.max(Date.now(), newest + 1);
  return newest;
}

/** Call `callback` when one of the traits changes, until the signal aborts. */
export function onChange<State>(
  model: Pick<Model<State>, "on" | "off">,
  traits: readonly (keyof State & string)[],
  callback: () => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  for (const trait of traits) model.on(`change:${trait}`, callback);
  signal.addEventListener("abort", () => {
    for (const trait of traits) model.off(`change:${trait}`, callback);
  });
}

/** Milliseconds between two commands: the widget manager merges what is set while a message is still on its way. */
export const COMMAND_GAP_MS = 60;

interface Outlet {
  set(trait: "command", value: object): void;
  save_changes(): void;
}

const waiting = new WeakMap<object, object[]>();

/**
 * Send a command and return its number. `command` is one trait, which holds only the last value set; so the commands
 * to one model leave one after the other, `COMMAND_GAP_MS` apart.
 */
export function sendCommand(model: Outlet, command: object): number {
  const seq = nextSeq();
  const queue = waiting.get(model);
  if (queue !== undefined) queue.push({ seq, ...command });
  else {
    waiting.set(model, [{ seq, ...command }]);
    sendNext(model);
  }
  return seq;
}

function sendNext(model: Outlet): void {
  const command = waiting.get(model)?.shift();
  if (command === undefined) return void waiting.delete(model);
  model.set("command", command);
  model.save_changes();
  setTimeout(() => sendNext(model), COMMAND_GAP_MS);
}
