/** Small marks drawn into an array of pixels, for many thousands of points; the more opaque mark wins, so order does not matter. Pure. */

export const SHAPES = ["disc", "square", "up", "diamond", "down", "cross", "ring", "plus"] as const;
export type Shape = (typeof SHAPES)[number];

/** A small square of coverages from 0 to 255. */
export interface Sprite {
  readonly size: number;
  readonly cover: Uint8Array;
  /** As `pixelColour` returns it. */
  readonly colour: number;
}

/** Samples along each side of a pixel, for smooth edges. */
const SAMPLES = 4;

/** Whether a point, in units of the radius, belongs to the shape; all shapes have about the same area. */
const INSIDE: Record<Shape, (x: number, y: number) => boolean> = {
  disc: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.89,
  up: (x, y) => y <= 0.8 && y >= 2 * Math.abs(x) * 0.9 - 1.15,
  diamond: (x, y) => Math.abs(x) + Math.abs(y) <= 1.25,
  down: (x, y) => -y <= 0.8 && -y >= 2 * Math.abs(x) * 0.9 - 1.15,
  cross: (x, y) => Math.min(Math.abs(x - y), Math.abs(x + y)) <= 0.55 && Math.max(Math.abs(x), Math.abs(y)) <= 1,
  ring: (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.85) <= 0.35,
  plus: (x, y) => Math.min(Math.abs(x), Math.abs(y)) <= 0.38 && Math.max(Math.abs(x), Math.abs(y)) <= 1.15,
};

/** Draw a shape of a radius in device pixels and a colour, `strength` opaque (0 to 1), with smooth edges. */
export function sprite(shape: Shape, radius: number, colour: number, strength = 1): Sprite {
  const half = Math.ceil(1.3 * radius);
  const size = 2 * half + 1;
  const cover = new Uint8Array(size * size);
  for (let place = 0; place < cover.length; place++) {
    const [column, row] = [place % size, Math.floor(place / size)];
    let hits = 0;
    for (let fine = 0; fine < SAMPLES * SAMPLES; fine++) {
      const x = (column - half - 0.5 + ((fine % SAMPLES) + 0.5) / SAMPLES) / radius;
      const y = (row - half - 0.5 + (Math.floor(fine / SAMPLES) + 0.5) / SAMPLES) / radius;
      if (INSIDE[shape](x, y)) hits += 1;
    }
    cover[place] = Math.round((255 * strength * hits) / (SAMPLES * SAMPLES));
  }
  return { size, cover, colour };
}

/** Pixels as one number each: opacity in the highest byte, then blue, green, red. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** "rgb(1, 2, 3)" or "#010203" as the lower three bytes of a pixel; black for anything else. */
export function pixelColour(text: string): number {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  const parts = hex ? hex.slice(1).map((part) => Number.parseInt(part, 16)) : (text.match(/[\d.]+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = parts;
  return (((blue & 255) << 16) | ((green & 255) << 8) | (red & 255)) >>> 0;
}

/** Draw a mark centred on a pixel; its part outside the picture is left out. */
export function stamp({ width, height, pixels }: Raster, { size, cover, colour }: Sprite, x: number, y: number): void {
  const half = (size - 1) >> 1;
  const [left, top] = [Math.round(x) - half, Math.round(y) - half];
  const [firstRow, lastRow] = [Math.max(0, -top), Math.min(size, height - top)];
  const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(size, width - left)];
  for (let row = firstRow; row < lastRow; row++) {
    const line = (top + row) * width + left;
    for (let column = firstColumn; column < lastColumn; column++) {
      const strong = cover[row * size + column] as number;
      if (strong > 0 && strong >= (pixels[line + column] as number) >>> 24) pixels[line + column] = ((strong << 24) | colour) >>> 0;
    }
  }
}
