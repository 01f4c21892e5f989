/** Undo and redo: past and future drafts, each with its selection. */

import type { Selection } from "./selection.js";
import type { Draft } from "./structure.js";

export interface Moment {
  readonly draft: Draft;
  readonly selection: Selection;
}

export interface History {
  readonly past: readonly Moment[];
  readonly present: Moment;
  readonly future: readonly Moment[];
  /** Steps with the same non-empty key within `MERGE_MS` are undone as one. */
  readonly key: string;
  readonly time: number;
}

/** Milliseconds within which edits with one key are undone together. */
const MERGE_MS = 900;
/** Steps that can be undone. */
const DEPTH = 200;

export const begin = (present: Moment): History => ({ past: [], present, future: [], key: "", time: 0 });

export function record(history: History, present: Moment, key = "", time = 0): History {
  const merges = key !== "" && key === history.key && time - history.time < MERGE_MS;
  const past = merges ? history.past : [...history.past, history.present].slice(-DEPTH);
  return { past, present, future: [], key, time };
}

/** Remember a new selection without a step of its own. */
export const reselect = (history: History, selection: Selection): History => ({
  ...history,
  present: { ...history.present, selection },
});

/** Replace the draft without a step of its own. */
export const amend = (history: History, draft: Draft): History => ({
  ...history,
  present: { ...history.present, draft },
});

export function undo(history: History): History {
  const present = history.past[history.past.length - 1];
  if (present === undefined) return history;
  return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], key: "", time: 0 };
}

export function redo(history: History): History {
  const [present, ...future] = history.future;
  if (present === undefined) return history;
  return { past: [...history.past, history.present], present, future, key: "", time: 0 };
}
