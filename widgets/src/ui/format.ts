/** Numbers and shapes as people read them, and back. Pure. */

const THIN = "\u202f";

/** Four significant digits; powers of ten only where zeros would be counted. */
export function formatError(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "\u2013";
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return scientific(value);
  return value >= 1 ? value.toPrecision(4) : value.toFixed(value < 0.01 ? 5 : 4);
}

/** A round number, as short as it goes: 0.1, 0.05, 2e-6. */
export function formatShort(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? scientific(value).replace(".0e", "e") : String(Number(value.toPrecision(3)));
}

function scientific(value: number): string {
  const [mantissa = "", exponent = ""] = value.toExponential(1).split("e");
  return `${mantissa}e${exponent.replace("+", "")}`;
}

/** Groups of three digits with thin spaces: 1 728. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return "\u2013";
  if (Math.abs(value) >= 1e15) return scientific(value);
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** A ratio with three significant digits: 37.9. */
export function formatRatio(value: number): string {
  if (!Number.isFinite(value)) return "\u2013";
  return value >= 1000 ? formatCount(value) : String(Number(value.toPrecision(3)));
}

const UNITS = ["", "k", "M", "G", "T", "P", "E"];

/** Floating-point operations with an SI prefix: 24.1 Mflop. */
export function formatFlops(value: number): string {
  if (!Number.isFinite(value) || value < 0) return "\u2013";
  const step = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** step;
  return `${scaled >= 1000 ? scaled.toExponential(1) : Number(scaled.toPrecision(3))} ${UNITS[step]}flop`;
}

/** A number on an axis: 500, 1k, 20k, 1M. */
export function formatTick(value: number): string {
  if (value >= 1e15) return scientific(value);
  const step = value < 10_000 ? 0 : Math.floor(Math.log10(value) / 3);
  return step === 0 ? formatCount(value) : `${Number((value / 1000 ** step).toPrecision(3))}${UNITS[step]}`;
}

export function formatSeconds(value: number): string {
  if (value < 60) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
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

const MAX_ORDER = 64;

/** Read mode sizes such as "16x16x3" or "4^8"; a text says what is wrong with them. */
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

export function formatBytes(size: number): string {
  return size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}
