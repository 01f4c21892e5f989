/** The values under the pointer, in words: data, reconstruction and difference at a pixel. Pure. */

import { formatShort } from "../../ui/format.js";

/** Bytes of a picture, and the values that its bytes 0 and 255 stand for. */
export interface Levels {
  bytes: Uint8Array;
  ends: readonly [low: number, high: number];
}

export interface Place {
  row: number;
  column: number;
}

/** The pixel under a point of a box that holds a picture as large as fits, centred; null beside the picture. */
export function pixelAt(point: { x: number; y: number }, box: { width: number; height: number }, picture: { width: number; height: number }): Place | null {
  const zoom = Math.min(box.width / picture.width, box.height / picture.height);
  const column = Math.floor((point.x - (box.width - zoom * picture.width) / 2) / zoom);
  const row = Math.floor((point.y - (box.height - zoom * picture.height) / 2) / zoom);
  return row >= 0 && row < picture.height && column >= 0 && column < picture.width ? { row, column } : null;
}

/** Values of the channels of a pixel; the ends of signed levels stand for all that lies beyond. */
function valuesAt({ bytes, ends: [low, high] }: Levels, pixel: number, channels: number, open: boolean): string {
  const values = [...bytes.subarray(channels * pixel, channels * (pixel + 1))].map((level) => {
    const beyond = open && (level === 0 || level === 255) ? (level === 0 ? "≤\u202f" : "≥\u202f") : "";
    return beyond + formatShort(low + ((high - low) * level) / 255);
  });
  return values.join(", ");
}

/** A pixel in words; rows and columns count from 1, and values are as exact as 256 levels are. */
export function readPixel({ row, column }: Place, frame: { width: number; channels: number }, tensor: Levels, fit?: { reconstruction: Levels; residual: Levels }): string {
  const pixel = row * frame.width + column;
  const at = (levels: Levels, open = false): string => valuesAt(levels, pixel, frame.channels, open);
  const parts = [`row ${row + 1}, column ${column + 1}: data ${at(tensor)}`];
  if (fit) parts.push(`reconstruction ${at(fit.reconstruction)}`, `difference ${at(fit.residual, true)}`);
  return parts.join("; ");
}

/** The values that are black and white, or without and with all of a colour. */
export function endsWords({ low, high, channels }: { low: number; high: number; channels: number }): string {
  const [least, most] = [formatShort(low), formatShort(high)];
  if (low === high) return `${least} everywhere`;
  return channels === 3 ? `each colour ${least} to ${most}` : `black ${least}, white ${most}`;
}
