/** Pixels of pictures and points of curves, made from the bytes that Python sends. Pure. */

/** Bytes of grey (1 channel) or of red, green and blue (3) as opaque RGBA; missing pixels stay transparent. */
export function toRgba(bytes: Uint8Array, pixels: number, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * pixels);
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let place = 0; place < Math.min(pixels, Math.floor(bytes.length / channels)); place++) {
    const from = channels * place;
    rgba[4 * place] = bytes[from] ?? 0;
    rgba[4 * place + 1] = bytes[from + green] ?? 0;
    rgba[4 * place + 2] = bytes[from + blue] ?? 0;
    rgba[4 * place + 3] = 255;
  }
  return rgba;
}

/** Paint bytes pixel by pixel; the page scales them up without smoothing. */
export function paintPixels(canvas: HTMLCanvasElement, bytes: Uint8Array, { width, height, channels }: { width: number; height: number; channels: number }): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.putImageData(new ImageData(toRgba(bytes, width * height, channels), width, height), 0, 0);
}

/** The series of a curve, one after the other in its bytes. */
export const seriesOf = (values: Float32Array, lines: number): Float32Array[] =>
  Array.from({ length: lines }, (_, line) => values.subarray((line * values.length) / lines, ((line + 1) * values.length) / lines));

/** Smallest and largest finite value of several curves; never an empty interval. */
export function rangeOf(...curves: Float32Array[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const curve of curves) {
    for (const value of curve) {
      if (value < low) low = value;
      if (value > high && Number.isFinite(value)) high = value;
    }
  }
  if (!(low <= high)) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Points of a curve that a small picture can show; more are thinned. */
const MAX_SHOWN = 2000;

/** A curve for a screen: every value, or least and greatest of equal parts in turn, so that no peak is lost. */
export function thinCurve(values: Float32Array, most = MAX_SHOWN): { place: number; value: number }[] {
  if (values.length <= most) return Array.from(values, (value, place) => ({ place, value }));
  const parts = Math.floor(most / 2);
  const shown: { place: number; value: number }[] = [];
  for (let part = 0; part < parts; part++) {
    const [start, end] = [part, part + 1].map((edge) => Math.floor((edge * values.length) / parts)) as [number, number];
    let [least, greatest] = [start, start];
    for (let place = start; place < end; place++) {
      if ((values[place] ?? 0) < (values[least] ?? 0)) least = place;
      if ((values[place] ?? 0) > (values[greatest] ?? 0)) greatest = place;
    }
    for (const place of [Math.min(least, greatest), Math.max(least, greatest)]) shown.push({ place, value: values[place] ?? 0 });
  }
  return shown;
}
