/**
 * The points of all lanes on a canvas with a margin around the visible part. New points are added to the picture,
 * moving shifts it, and it is drawn again when the scale changes or the margin is used up.
 */

import { type Frame, toPlane, type Window } from "../../charts/plot_window.js";
import { pixelColour, type Raster, type Sprite, sprite, stamp } from "../../charts/stamps.js";
import { html } from "../../ui/dom.js";
import { shapeOf } from "../lanes/lane_looks.js";
import { FITTED, isDrawn, type LanePoints } from "../lanes/lane_points.js";

export interface LayerLane {
  readonly id: number;
  readonly points: LanePoints;
  /** The place of its colour and shape. */
  readonly look: number;
}

const MARGIN_SHARE = 0.25; // of what is seen, on each side
const EDGE = 12; // pixels that no mark reaches beyond its middle
/** Marks of what was not fitted: their size and opacity, of those of fits. */
const FAINT = { size: 0.75, strength: 0.3 };
/** New marks up to this number are put on the canvas one by one. */
const FEW = 300;
/** Milliseconds of drawing above which a zoom first stretches the picture: a third of a frame at 60 Hz. */
const SLOW_MS = 6;
/** Milliseconds without a change after which a zoom has come to rest. */
const REST_MS = 120;

/** What is seen of the plane, and where. */
export interface View {
  readonly window: Window;
  readonly frame: Frame;
  readonly logX: boolean;
  readonly logY: boolean;
}

interface Drawn {
  window: Window;
  ratio: number;
  width: number;
  height: number;
  logX: boolean;
  logY: boolean;
  colours: string;
  radius: number;
  lanes: { id: number; look: number; count: number; version: number }[];
}

/** Smaller marks where there are very many. */
export const radiusFor = (total: number): number => (total < 1500 ? 3.2 : total < 8000 ? 2.6 : total < 30_000 ? 2.1 : 1.7);

export class PointLayer {
  readonly canvas = html("canvas", { class: "tnw-points" });
  private drawn: Drawn | null = null;
  private image: ImageData | null = null;
  private raster: Raster | null = null;
  private sprites: { strong: Sprite; faint: Sprite }[] = [];
  private fresh = 0;
  private slow = false;
  private due = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** How often everything was drawn anew, and points added; for measuring. */
  readonly work = { whole: 0, added: 0 };

  /** `again` asks to be shown once more, when a zoom has come to rest. */
  constructor(private readonly again: () => void, signal: AbortSignal) {
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  /** Show the lanes as a plot shows its window; `colours` holds a CSS colour for every look. */
  show(lanes: readonly LayerLane[], { window, frame, logX, logY }: View, colours: readonly string[]): void {
    const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
    const total = lanes.reduce((sum, lane) => sum + lane.points.count, 0);
    const next: Drawn = {
      window, width, height, logX, logY, ratio: globalThis.devicePixelRatio || 1, colours: colours.join(), radius: radiusFor(total),
      lanes: lanes.map(({ id, look, points }) => ({ id, look, count: 0, version: points.version })),
    };
    const fit = this.drawn === null ? "none" : fitOf(this.drawn, next);
    const stretch = fit === "scaled" && this.slow && !this.due;
    if (fit !== "moved" && !stretch) this.renew(next, lanes, colours);
    else this.add(lanes);
    if (stretch) this.later();
    this.place(window);
  }

  /** Draw everything; where that takes long, a zoom stretches the picture first and draws it when it rests. */
  private renew(next: Drawn, lanes: readonly LayerLane[], colours: readonly string[]): void {
    clearTimeout(this.timer);
    this.due = false;
    const start = performance.now();
    this.begin(next, colours);
    this.add(lanes);
    this.slow = performance.now() - start > SLOW_MS;
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.due = true;
      this.again();
    }, REST_MS);
  }

  private begin(next: Drawn, colours: readonly string[]): void {
    this.drawn = next;
    this.work.whole += 1;
    const { ratio, radius } = next;
    const [width, height] = [next.width, next.height].map((side) => Math.max(1, Math.round(side * (1 + 2 * MARGIN_SHARE) * ratio))) as [number, number];
    if (this.canvas.width !== width || this.canvas.height !== height || this.image === null) {
      Object.assign(this.canvas, { width, height });
      this.image = this.canvas.getContext("2d")?.createImageData(width, height) ?? null;
      this.raster = this.image && { width, height, pixels: new Uint32Array(this.image.data.buffer) };
      Object.assign(this.canvas.style, { left: `${-MARGIN_SHARE * next.width}px`, top: `${-MARGIN_SHARE * next.height}px`, width: `${width / ratio}px`, height: `${height / ratio}px` });
    } else {
      this.raster?.pixels.fill(0);
    }
    this.sprites = next.lanes.map(({ look }) => {
      const colour = pixelColour(colours[look] ?? "");
      return { strong: sprite(shapeOf(look), radius * ratio, colour), faint: sprite(shapeOf(look), FAINT.size * radius * ratio, colour, FAINT.strength) };
    });
  }

  /** Draw the points that have arrived since the last call. */
  private add(lanes: readonly LayerLane[]): void {
    const { drawn, raster } = this;
    if (drawn === null || raster === null) return;
    const scaleX = (drawn.width * drawn.ratio) / (drawn.window.right - drawn.window.left);
    const scaleY = (drawn.height * drawn.ratio) / (drawn.window.high - drawn.window.low);
    const [left, top] = [MARGIN_SHARE * drawn.width * drawn.ratio, MARGIN_SHARE * drawn.height * drawn.ratio];
    const spots: number[] = [];
    lanes.forEach(({ points }, place) => {
      const state = drawn.lanes[place] as Drawn["lanes"][number];
      const { strong, faint } = this.sprites[place] as { strong: Sprite; faint: Sprite };
      for (let k = state.count; k < points.count; k++) {
        if (!isDrawn(points, k)) continue;
        const x = left + (toPlane(points.parameters[k] as number, drawn.logX) - drawn.window.left) * scaleX;
        const y = top + (drawn.window.high - toPlane(points.errors[k] as number, drawn.logY)) * scaleY;
        if (!(x > -EDGE && y > -EDGE && x < raster.width + EDGE && y < raster.height + EDGE)) continue;
        stamp(raster, points.fates[k] === FITTED ? strong : faint, x, y);
        spots.push(x, y);
      }
      state.count = points.count;
    });
    this.work.added += spots.length / 2;
    this.put(spots);
  }

  /** Copy the changed pixels to the canvas: a few new marks one by one, else the whole picture. */
  private put(spots: readonly number[]): void {
    const context = this.image && this.canvas.getContext("2d");
    if (!context || this.image === null) return;
    const whole = this.fresh !== this.work.whole || spots.length > 2 * FEW;
    this.fresh = this.work.whole;
    if (whole) return context.putImageData(this.image, 0, 0);
    for (let k = 0; k < spots.length; k += 2) {
      context.putImageData(this.image, 0, 0, Math.round(spots[k] as number) - EDGE, Math.round(spots[k + 1] as number) - EDGE, 2 * EDGE + 1, 2 * EDGE + 1);
    }
  }

  /** Move the picture to the window, stretched while a zoom is in progress. */
  private place(window: Window): void {
    if (this.drawn === null) return;
    const { ratio, width, height } = this.drawn;
    const { dx, dy, sx, sy } = moveOf(this.drawn, window);
    if (sx === 1 && sy === 1) {
      const [x, y] = [dx, dy].map((by) => Math.round(by * ratio) / ratio) as [number, number]; // or it would blur
      this.canvas.style.transform = x === 0 && y === 0 ? "" : `translate(${x}px, ${y}px)`;
    } else {
      const [x, y] = [dx + MARGIN_SHARE * width * (1 - sx), dy + MARGIN_SHARE * height * (1 - sy)];
      this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${sx}, ${sy})`;
    }
  }
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * (Math.abs(a) + Math.abs(b));

/** How far a picture has to move, in pixels, and how much it has to grow. */
function moveOf({ window: was, width, height }: Drawn, now: Window): { dx: number; dy: number; sx: number; sy: number } {
  const [across, up] = [now.right - now.left, now.high - now.low];
  const [sx, sy] = [(was.right - was.left) / across, (was.high - was.low) / up];
  const whole = (scale: number): number => (close(scale, 1) ? 1 : scale);
  return { dx: ((was.left - now.left) / across) * width, dy: ((now.high - was.high) / up) * height, sx: whole(sx), sy: whole(sy) };
}

/** Whether the drawn picture can be reused: moved, stretched for the time of a zoom, or not at all. */
function fitOf(drawn: Drawn, next: Drawn): "moved" | "scaled" | "none" {
  const same = drawn.width === next.width && drawn.height === next.height && drawn.ratio === next.ratio && drawn.logX === next.logX &&
    drawn.logY === next.logY && drawn.colours === next.colours && drawn.radius === next.radius && drawn.lanes.length === next.lanes.length;
  const before = same && next.lanes.every(({ id, look, version }, place) => {
    const old = drawn.lanes[place] as Drawn["lanes"][number];
    return old.id === id && old.look === look && old.version === version;
  });
  if (!before) return "none";
  const { dx, dy, sx, sy } = moveOf(drawn, next.window);
  if (sx !== 1 || sy !== 1) return Math.max(sx, sy, 1 / sx, 1 / sy) < 2 ? "scaled" : "none";
  return Math.abs(dx) <= MARGIN_SHARE * drawn.width && Math.abs(dy) <= MARGIN_SHARE * drawn.height ? "moved" : "none";
}
