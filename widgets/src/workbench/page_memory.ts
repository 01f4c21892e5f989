/** What the page remembers across a reload, where the browser lets it. */

const KEY = "tnlab-workbench";

export interface Memory {
  /** The studies that were on the page. */
  studies: string[];
  /** All that this visitor has made. */
  mine: string[];
  running: boolean;
}

let written = "";

export function remember(memory: Memory): void {
  const text = JSON.stringify(memory);
  if (text === written) return;
  written = text;
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // A page without storage starts afresh after a reload.
  }
}

const MOST = 200;

/** Names as they may be: what lies in the storage is no promise. */
const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === "string" && name !== "" && name.length <= 200).slice(0, MOST) : [];

/** Return what was remembered, or null where it is nothing or something else. */
export function recall(): Memory | null {
  try {
    const value = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Memory> | null;
    const memory = { studies: names(value?.studies), mine: names(value?.mine), running: value?.running === true };
    return memory.studies.length + memory.mine.length > 0 ? memory : null;
  } catch {
    return null;
  }
}
