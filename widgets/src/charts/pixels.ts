/** Pixels of pictures and points of curves, made from the bytes that Python sends. Pure. */

/** Grey bytes as opaque RGBA; missing pixels stay transparent. */
export function greyToRgba(grey: Uint8Array, pixels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * pixels);
  for (let place = 0; place < Math.min(pixels, grey.length); place++) {
    const value = grey[place] ?? 0;
    rgba[4 * place] = rgba[4 * place + 1] = rgba[4 * place + 2] = value;
    rgba[4 * place + 3] = 255;
  }
  return rgba;
}

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
