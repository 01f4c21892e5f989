/** Ranks and mode sizes as text: reading what a person typed and writing what a field shows. Pure. */

import { formatCount } from "../ui/format.js";

/** The largest rank or mode size, as in Python. */
export const MAX_NUMBER = 1_000_000;
/** Characters that a field accepts: more than a valid number has, so that a longer one is refused and not cut. */
export const MAX_DIGITS = 12;

/** Read a rank or mode size; returns a sentence where the text is none. */
export function readCount(text: string, what: string): number | string {
  const trimmed = text.trim();
  const value = Number(trimmed);
  if (/^\d+$/.test(trimmed) && value >= 1 && value <= MAX_NUMBER) return value;
  const given = trimmed === "" ? "nothing was typed" : `"${trimmed.slice(0, 20)}" was typed`;
  return `A ${what} is a whole number from 1 to ${MAX_NUMBER.toLocaleString("en")}, typed in plain digits, but ${given}.`;
}

/** Sizes as text; five equal ones or more in a row as a power: 16x16x3, 4^8. */
export function formatModes(modes: readonly number[]): string {
  const words: string[] = [];
  for (let start = 0; start < modes.length; ) {
    let end = start;
    while (modes[end] === modes[start] && end < modes.length) end++;
    const size = String(modes[start]);
    const count = end - start;
    words.push(...(count > 4 ? [`${size}^${count}`] : Array<string>(count).fill(size)));
    start = end;
  }
  return words.join("x");
}

/** Modes of a tensor at most, as in Python: numpy's limit on axes. */
const MAX_ORDER = 64;

/** Read mode sizes such as "16x16x3" or "4^8" of a tensor with `size` entries; returns a sentence where they do not fit. */
export function parseModes(text: string, size: number): number[] | string {
  const modes: number[] = [];
  for (const word of text.trim().toLowerCase().split(/\s*[x\u00d7*,]\s*|\s+/)) {
    const match = /^([1-9]\d{0,8})(?:\^([1-9]\d?))?$/.exec(word);
    if (!match) return `Mode sizes are written as 16x16x3 or 4^8, but "${word.slice(0, 20)}" is neither.`;
    modes.push(...Array<number>(Number(match[2] ?? 1)).fill(Number(match[1])));
  }
  if (modes.length > MAX_ORDER) return `A tensor may have at most ${MAX_ORDER} modes, but this names ${modes.length}.`;
  const product = modes.reduce((total, mode) => total * mode, 1);
  if (product === size) return modes;
  return `Modes ${formatModes(modes)} need ${formatCount(product)} entries, but the tensor has ${formatCount(size)}.`;
}

