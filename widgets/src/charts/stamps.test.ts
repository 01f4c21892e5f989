import { describe, expect, it } from "vitest";
import { pixelColour, type Raster, SHAPES, sprite, stamp } from "./stamps.js";

const empty = (): Raster => ({ width: 40, height: 30, pixels: new Uint32Array(1200) });
const area = (cover: Uint8Array): number => cover.reduce((sum, value) => sum + value, 0) / 255;

describe("marks", () => {
  it("have shapes of their own and about the same area", () => {
    const all = SHAPES.map((shape) => sprite(shape, 6, 0));
    expect(new Set(all.map(({ cover }) => cover.join())).size).toBe(SHAPES.length);
    const disc = area((all[0] as (typeof all)[number]).cover);
    expect(disc).toBeCloseTo(Math.PI * 36, 0);
    for (const { cover } of all) expect(area(cover) / disc).toBeGreaterThan(0.5);
  });
  it("are the same picture in any order: the stronger wins", () => {
    const [strong, faint] = [sprite("disc", 4, 0x112233), sprite("square", 4, 0x445566, 0.3)];
    const [a, b] = [empty(), empty()];
    stamp(a, strong, 10, 10);
    stamp(a, faint, 12, 10);
    stamp(b, faint, 12, 10);
    stamp(b, strong, 10, 10);
    expect(a.pixels).toEqual(b.pixels);
    expect(a.pixels[10 * 40 + 10]).toBe(0xff112233);
  });
  it("are cut at the edges", () => {
    const raster = empty();
    for (const [x, y] of [[0, 0], [39, 29], [-3, 12], [42, 12], [-50, -50], [500, 3]] as const) stamp(raster, sprite("disc", 3, 1), x, y);
    expect(raster.pixels[0]).toBe(0xff000001);
    expect(raster.pixels[1199]).toBe(0xff000001);
    expect(raster.pixels[13 * 40 + 20]).toBe(0);
  });
  it("take the colours of the page", () => {
    expect(pixelColour(" #0a0B0c ")).toBe(0x0c0b0a);
    expect(pixelColour("rgb(1, 2, 255)")).toBe(0xff0201);
    expect(pixelColour("")).toBe(0);
  });
});
