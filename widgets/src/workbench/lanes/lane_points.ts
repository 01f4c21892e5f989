/** The evaluations of one lane as columns of numbers, filled piece by piece. Pure. */

import { asBytes } from "../../wire/bytes.js";

export const FITTED = 0;
export const REPEATED = 1;
export const PRUNED_BY_SIZE = 2;
export const PRUNED_BY_CERTIFICATE = 3;
export const TOO_COSTLY = 4;

export const FATES = ["fitted", "repeated", "pruned by its size", "pruned by a certificate", "too costly to fit"] as const;

export interface Columns {
  parameters: Float64Array;
  errors: Float32Array;
  seconds: Float32Array;
  fates: Uint8Array;
}

/** Bytes of one evaluation in a message. */
export const STRIDE = 17;

const columnsOf = (room: number): Columns => ({
  parameters: new Float64Array(room),
  errors: new Float32Array(room),
  seconds: new Float32Array(room),
  fates: new Uint8Array(room),
});

/** Read `count` evaluations packed column after column, little endian; null where there are not enough bytes. */
export function unpack(data: ArrayBuffer | ArrayBufferView, count: number): Columns | null {
  const bytes = asBytes(data);
  if (!Number.isInteger(count) || count < 0 || bytes.byteLength < count * STRIDE) return null;
  const own = bytes.slice(0, count * STRIDE).buffer; // a copy is aligned even where the message is not
  return {
    parameters: new Float64Array(own, 0, count),
    errors: new Float32Array(own, 8 * count, count),
    seconds: new Float32Array(own, 12 * count, count),
    fates: new Uint8Array(own, 16 * count, count),
  };
}

/** Pack evaluations as Python does, the inverse of `unpack` (for tests and simulated models). */
export function pack({ parameters, errors, seconds, fates }: Columns): DataView {
  const count = fates.length;
  const own = new ArrayBuffer(count * STRIDE);
  new Float64Array(own, 0, count).set(parameters);
  new Float32Array(own, 8 * count, count).set(errors);
  new Float32Array(own, 12 * count, count).set(seconds);
  new Uint8Array(own, 16 * count, count).set(fates);
  return new DataView(own);
}

export class LanePoints {
  count = 0;
  generation = -1;
  /** Grows whenever known points are replaced by different ones. */
  version = 0;
  private columns = columnsOf(256);

  get parameters(): Float64Array {
    return this.columns.parameters;
  }

  get errors(): Float32Array {
    return this.columns.errors;
  }

  get seconds(): Float32Array {
    return this.columns.seconds;
  }

  get fates(): Uint8Array {
    return this.columns.fates;
  }

  /** Forget everything, for points of another generation. */
  reset(generation: number): void {
    this.generation = generation;
    this.count = 0;
    this.version += 1;
  }

  /** Take evaluations numbered `from` (counted from 1) and on; false where some before them are missing. */
  take(from: number, piece: Columns): boolean {
    const start = from - 1;
    const length = piece.fates.length;
    if (start > this.count || start < 0) return false;
    if (start + length <= this.count && this.same(start, piece)) return true;
    this.reserve(start + length);
    if (start < this.count && !this.same(start, piece)) this.version += 1;
    this.columns.parameters.set(piece.parameters, start);
    this.columns.errors.set(piece.errors, start);
    this.columns.seconds.set(piece.seconds, start);
    this.columns.fates.set(piece.fates, start);
    this.count = Math.max(this.count, start + length);
    return true;
  }

  /** Whether the overlapping evaluations equal those already known. */
  private same(start: number, piece: Columns): boolean {
    const end = Math.min(this.count, start + piece.fates.length);
    for (let k = start; k < end; k++) {
      if (this.parameters[k] !== piece.parameters[k - start] || this.fates[k] !== piece.fates[k - start]) return false;
      if (!Object.is(this.errors[k], piece.errors[k - start])) return false;
    }
    return true;
  }

  private reserve(room: number): void {
    if (room <= this.fates.length) return;
    const old = this.columns;
    this.columns = columnsOf(Math.max(room, 2 * old.fates.length));
    for (const name of ["parameters", "errors", "seconds", "fates"] as const) this.columns[name].set(old[name]);
  }
}

/** The evaluations of several lanes that have not been looked at yet. */
export class Unseen {
  private seen = new Map<number, { count: number; version: number }>();

  /** Call `look` with every new one; `anew` before that, where known ones were replaced or a lane is gone. */
  each<L extends LaneOfPoints>(lanes: readonly L[], anew: () => void, look: (lane: L, k: number) => void): void {
    const stays = ([id, { version }]: [number, { version: number }]): boolean => lanes.some((lane) => lane.id === id && lane.points.version === version);
    if (![...this.seen].every(stays)) {
      this.seen.clear();
      anew();
    }
    for (const lane of lanes) {
      const { id, points } = lane;
      for (let k = this.seen.get(id)?.count ?? 0; k < points.count; k++) look(lane, k);
      this.seen.set(id, { count: points.count, version: points.version });
    }
  }
}

export interface LaneOfPoints {
  readonly id: number;
  readonly points: LanePoints;
}

/** Whether an evaluation is drawn in the cloud: repeated ones and those without an error or bound are not. */
export function isDrawn(points: LanePoints, k: number): boolean {
  const [fate, error] = [points.fates[k], points.errors[k] as number];
  if (fate === FITTED) return error >= 0 && (points.parameters[k] as number) > 0;
  return (fate === PRUNED_BY_CERTIFICATE || fate === PRUNED_BY_SIZE) && error > 0 && (points.parameters[k] as number) > 0;
}
