// @vitest-environment jsdom
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SimulatedSearch } from "../../testing/fake_workbench.js";
import { type Columns, LanePoints, unpack } from "../lanes/lane_points.js";
import { PointLayer, type View } from "./point_layer.js";

const frame = { left: 50, top: 20, right: 250, bottom: 170 };
const colours = ["#0072b2", "#008a63"];
const window = { left: 2.5, right: 4.2, low: 0, high: 0.3 };
const view = (seen = window): View => ({ window: seen, frame, logX: true, logY: false });
const end = new AbortController();
let pictures: Uint32Array[] = [];

beforeAll(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation((() => ({
    createImageData(width: number, height: number) {
      const data = new Uint8ClampedArray(4 * width * height);
      pictures.push(new Uint32Array(data.buffer));
      return { width, height, data };
    },
    putImageData() {},
  })) as never);
});
afterAll(() => void vi.restoreAllMocks());
beforeEach(() => (pictures = []));
afterEach(() => void vi.useRealTimers());

const lane = (id: number): { pretence: SimulatedSearch; points: LanePoints; add(count: number): void } => {
  const pretence = new SimulatedSearch("growth", { id, most: 3000 });
  const points = new LanePoints();
  return { pretence, points, add(count) {
    const { from, count: made, data } = pretence.run(count);
    points.take(from, unpack(data, made) as Columns);
  } };
};

describe("the layer of points", () => {
  it("adds new points to the picture, which is then that of all at once", () => {
    const [a, b] = [lane(1), lane(2)];
    const lanes = [{ id: 1, points: a.points, look: 0 }, { id: 2, points: b.points, look: 1 }];
    const layer = new PointLayer(() => {}, end.signal);
    for (let turn = 0; turn < 12; turn++) {
      a.add(40);
      b.add(30);
      layer.show(lanes, view(), colours);
    }
    expect(layer.work.whole).toBe(1);
    const whole = new PointLayer(() => {}, end.signal);
    whole.show(lanes, view(), colours);
    expect(layer.work.added).toBe(whole.work.added);
    const [grown, once] = pictures as [Uint32Array, Uint32Array];
    const opacity = (pixels: Uint32Array): number[] => Array.from(pixels, (pixel) => pixel >>> 24);
    expect(opacity(grown)).toEqual(opacity(once));
    expect(grown.some((pixel) => pixel !== 0)).toBe(true);
  });
  it("is only shifted while it is moved, and drawn anew beyond its margin, for another scale, colour or lane", () => {
    vi.spyOn(performance, "now").mockReturnValue(0); // drawing takes no time
    const one = lane(1);
    one.add(500);
    const lanes = [{ id: 1, points: one.points, look: 0 }];
    const layer = new PointLayer(() => {}, end.signal);
    const show = (next = window, own = colours): number => (layer.show(lanes, view(next), own), layer.work.whole);
    const moved = (part: number): typeof window => ({ ...window, left: window.left + part * 1.7, right: window.right + part * 1.7 });
    expect(show()).toBe(1);
    expect(show(moved(0.2))).toBe(1);
    expect(layer.canvas.style.transform).toBe("translate(-40px, 0px)");
    expect(show(moved(0.3))).toBe(2);
    expect(layer.canvas.style.transform).toBe("");
    expect(show({ ...moved(0.3), high: 0.2 })).toBe(3);
    expect(show({ ...moved(0.3), high: 0.2 }, ["#ffffff", "#000000"])).toBe(4);
    expect(show({ left: 2.3, right: 4.6, low: -0.1, high: 0.5 })).toBe(5); // few points: drawn anew at once, also for a zoom
    expect(show({ ...moved(0.3), high: 0.2 }, ["#ffffff", "#000000"])).toBe(6);
    one.points.reset(7);
    expect(show({ ...moved(0.3), high: 0.2 }, ["#ffffff", "#000000"])).toBe(7);
  });
  it("is stretched during a zoom where drawing takes long, and drawn when it rests", () => {
    vi.useFakeTimers();
    const one = lane(1);
    one.add(500);
    let clock = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (clock += 10));
    const lanes = [{ id: 1, points: one.points, look: 0 }];
    let asked = 0;
    const layer = new PointLayer(() => (asked += 1), end.signal);
    const nearer = { left: 2.8, right: 4.0, low: 0, high: 0.25 };
    layer.show(lanes, view(), colours);
    layer.show(lanes, view(nearer), colours);
    expect(layer.work.whole).toBe(1);
    const [, x, y, sx, sy] = /translate\((.*)px, (.*)px\) scale\((.*), (.*)\)/.exec(layer.canvas.style.transform)?.map(Number) as number[];
    // A place of the plane lies where the stretched canvas puts it: from the corner of the canvas, a quarter outside.
    const [width, height] = [200, 150];
    const seen = (-0.25 * width) + (x as number) + (sx as number) * ((3 - 2.5) / 1.7 * width + 0.25 * width);
    expect(seen).toBeCloseTo(((3 - 2.8) / 1.2) * width);
    const down = (-0.25 * height) + (y as number) + (sy as number) * ((0.3 - 0.1) / 0.3 * height + 0.25 * height);
    expect(down).toBeCloseTo(((0.25 - 0.1) / 0.25) * height);
    expect(asked).toBe(0);
    vi.runAllTimers();
    expect(asked).toBe(1);
    layer.show(lanes, view(nearer), colours);
    expect(layer.work.whole).toBe(2);
    expect(layer.canvas.style.transform).toBe("");
  });
});
