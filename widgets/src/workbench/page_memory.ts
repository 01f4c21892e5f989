/** The studies that the page remembers in the browser's storage across a reload. */

import { storedText, storeText } from "../ui/storage.js";

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
  storeText(KEY, text);
}

/** Names kept, and characters of a name: the storage of a page is small. */
const MOST = 200;

/** The names in a stored value; other code may have written the storage, so anything else is dropped. */
const names = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === "string" && name !== "" && name.length <= MOST).slice(0, MOST) : [];

/** Return the remembered studies, or null where nothing valid is stored. */
export function recall(): Memory | null {
  try {
    const value = JSON.parse(storedText(KEY) ?? "null") as Partial<Memory> | null;
    const memory = { studies: names(value?.studies), mine: names(value?.mine), running: value?.running === true };
    return memory.studies.length + memory.mine.length > 0 ? memory : null;
  } catch {
    return null;
  }
}
