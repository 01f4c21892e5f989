/**
 * Points of all lanes on a canvas that is larger than what is seen: new ones are added to the picture, moving it
 * only shifts it, and it is drawn anew where the scale changes or its margin is used up.
 */

import { html } from "./dom.js";
import { isDrawn, FITTED, type LanePoints } from "./lane_points.js";
import { shapeOf } from "./lane_looks.js";
import { type Frame, toPlane, type Window } from "./plot_window.js";
import { pixelColour, type Raster, type Sprite, sprite, stamp } from "./stamps.js";

export interface LayerLane {
  readonly id: number;
  readonly points: LanePoints;
  /** The place of its colour and shape. */
  readonly look: number;
}

const MARGIN = 0.25; // of what is seen, on each side

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
  /** How often everything was drawn anew, and points added; for measuring. */
  readonly work = { whole: 0, added: 0 };

  /** Show the lanes in a window of `frame`; `colours` holds a CSS colour for every look. */
  show(lanes: readonly LayerLane[], window: Window, frame: Frame, axes: { logX: boolean; logY: boolean }, colours: readonly string[]): void {
    const [width, height] = [frame.right - frame.left, frame.bottom - frame.top];
    const total = lanes.reduce((sum, lane) => sum + lane.points.count, 0);
    const next: Drawn = {
      window, width, height, ...axes, ratio: globalThis.devicePixelRatio || 1, colours: colours.join(), radius: radiusFor(total),
      lanes: lanes.map(({ id, look, points }) => ({ id, look, count: 0, version: points.version })),
    };
    if (this.drawn === null || !fits(this.drawn, next)) this.begin(next);
    this.add(lanes, colours);
    this.place(window);
  }

  private begin(next: Drawn): void {
    this.drawn = next;
    this.work.whole += 1;
    const { ratio, radius } = next;
    const [width, height] = [next.width, next.height].map((side) => Math.max(1, Math.round(side * (1 + 2 * MARGIN) * ratio))) as [number, number];
    if (this.canvas.width !== width || this.canvas.height !== height || this.image === null) {
      Object.assign(this.canvas, { width, height });
      this.image = this.canvas.getContext("2d")?.createImageData(width, height) ?? null;
      this.raster = this.image && { width, height, pixels: new Uint32Array(this.image.data.buffer) };
      Object.assign(this.canvas.style, { left: `${-MARGIN * next.width}px`, top: `${-MARGIN * next.height}px`, width: `${width / ratio}px`, height: `${height / ratio}px` });
    } else {
      this.raster?.pixels.fill(0);
    }
    this.sprites = next.lanes.map(({ look }) => ({
      strong: sprite(shapeOf(look), radius * ratio),
      faint: sprite(shapeOf(look), 0.75 * radius * ratio, 0.3),
    }));
  }

  /** Add what has come since; the picture is put on the canvas once. */
  private add(lanes: readonly LayerLane[], colours: readonly string[]): void {
    const { drawn, raster, image } = this;
    if (drawn === null || raster === null || image === null) return;
    let least = raster.height;
    let most = -1;
    const scaleX = drawn.width / (drawn.window.right - drawn.window.left);
    const scaleY = drawn.height / (drawn.window.high - drawn.window.low);
    lanes.forEach(({ points, look }, place) => {
      const state = drawn.lanes[place] as Drawn["lanes"][number];
      const { strong, faint } = this.sprites[place] as { strong: Sprite; faint: Sprite };
      const colour = pixelColour(colours[look] ?? "");
      for (let k = state.count; k < points.count; k++) {
        if (!isDrawn(points, k)) continue;
        const x = (MARGIN * drawn.width + (toPlane(points.parameters[k] as number, drawn.logX) - drawn.window.left) * scaleX) * drawn.ratio;
        const y = (MARGIN * drawn.height + (drawn.window.high - toPlane(points.errors[k] as number, drawn.logY)) * scaleY) * drawn.ratio;
        if (!(x > -9 && y > -9 && x < raster.width + 9 && y < raster.height + 9)) continue;
        const mark = points.fates[k] === FITTED ? strong : faint;
        stamp(raster, mark, x, y, colour);
        this.work.added += 1;
        if (y - mark.size < least) least = y - mark.size;
        if (y + mark.size > most) most = y + mark.size;
      }
      state.count = points.count;
    });
    this.put(image, Math.max(0, Math.floor(least)), Math.min(raster.height, Math.ceil(most)));
  }

  private fresh = 0;

  /** Only the rows that have changed; all of them after a new beginning. */
  private put(image: ImageData, least: number, most: number): void {
    const whole = this.fresh !== this.work.whole;
    this.fresh = this.work.whole;
    const [from, to] = whole ? [0, image.height] : [least, most];
    if (to > from) this.canvas.getContext("2d")?.putImageData(image, 0, 0, 0, from, image.width, to - from);
  }

  /** Shift the picture to where the window is now. */
  private place(window: Window): void {
    if (this.drawn === null) return;
    const [dx, dy] = shift(this.drawn, window);
    this.canvas.style.transform = dx === 0 && dy === 0 ? "" : `translate(${dx.toFixed(2)}px, ${dy.toFixed(2)}px)`;
  }
}

/** How far a picture has to move, in pixels. */
function shift({ window: was, width, height }: Drawn, now: Window): [number, number] {
  return [((was.left - now.left) / (now.right - now.left)) * width, ((now.high - was.high) / (now.high - now.low)) * height];
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * (Math.abs(a) + Math.abs(b));

/** Whether the picture drawn can show what is asked for by adding and moving. */
function fits(drawn: Drawn, next: Drawn): boolean {
  const same = drawn.width === next.width && drawn.height === next.height && drawn.ratio === next.ratio && drawn.logX === next.logX &&
    drawn.logY === next.logY && drawn.colours === next.colours && drawn.radius === next.radius && drawn.lanes.length === next.lanes.length;
  if (!same) return false;
  const before = next.lanes.every(({ id, look, version }, place) => {
    const old = drawn.lanes[place] as Drawn["lanes"][number];
    return old.id === id && old.look === look && old.version === version;
  });
  const [was, now] = [drawn.window, next.window];
  const scaled = !close(was.right - was.left, now.right - now.left) || !close(was.high - was.low, now.high - now.low);
  if (!before || scaled) return false;
  const [dx, dy] = shift(drawn, now);
  return Math.abs(dx) <= MARGIN * drawn.width && Math.abs(dy) <= MARGIN * drawn.height;
}
