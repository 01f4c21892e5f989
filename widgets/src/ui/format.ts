/** Numbers written as text: errors, counts, ratios, costs, times and sizes. Pure. */

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

/** An error that is proved from below, rounded down to the digits that are shown. */
export const floorError = (value: number): string => directed(value, formatError, errorDecimals(value), Math.floor);

/** An error that is proved from above, rounded up. */
export const ceilError = (value: number): string => directed(value, formatError, errorDecimals(value), Math.ceil);

/** An error that is proved out of reach, as short as it goes; rounded down, as larger ones may be reached. */
export const floorShort = (value: number): string => directed(value, formatShort, (value < 1e-3 ? 1 : 2) - tens(value), Math.floor);

const tens = (value: number): number => Math.floor(Math.log10(value));
const errorDecimals = (value: number): number => (value < 1e-4 ? 1 - tens(value) : value < 0.01 ? 5 : 4);

function directed(value: number, write: (value: number) => string, decimals: number, round: (x: number) => number): string {
  if (!(value > 0)) return write(0);
  const shown = Number(write(value));
  if (round === Math.floor ? shown <= value : shown >= value) return write(value); // not 0.1399 for 0.14 - 1e-17
  return write(round(value * 10 ** decimals) / 10 ** decimals);
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

/** The same of a ratio that is at most so large, rounded up. */
export function ceilRatio(value: number): string {
  if (!(value > 0) || value >= 1000) return formatRatio(Math.ceil(value));
  const shown = Number(value.toPrecision(3));
  return formatRatio(shown >= value * (1 - 1e-12) ? shown : shown + 10 ** (tens(value) - 2));
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

export function formatBytes(size: number): string {
  return size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}
