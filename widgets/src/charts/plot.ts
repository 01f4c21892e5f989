/** A chart that can be moved and zoomed: axes, and layers for what a chart draws between them. */

import { html, listen, onResize, setAttributes, svg } from "../ui/dom.js";
import type { Point } from "../ui/plane.js";
import { drawAxes, type Tick, tickMarks } from "./axes.js";
import { plotGestures, plotKey } from "./plot_gestures.js";
import type { Pointing } from "./pointing.js";
import { type Frame, fromPlane, panned, pixelX, pixelY, sameWindow, ticks, toPlane, type Window, windowAround, zoomed } from "./plot_window.js";

export interface PlotOptions {
  label: string;
  name: string;
  titles: { x: string; y: string };
  write: { x(value: number): string; y(value: number): string };
  /** Whether a tick is drawn; half an evaluation is not. */
  shown(tick: number, axis: "x" | "y"): boolean;
  /** The window that shows everything. */
  whole(plot: Plot): Window;
  draw(plot: Plot): void;
  /** The points that the pointer and the keys find. */
  pointing: Pick<Pointing<never>, "spot" | "hover" | "click" | "press">;
}

/** Pixels around the frame: room for ticks and titles. */
const MARGINS = { left: 50, right: 14, top: 22, bottom: 34 };
/** Pixels from one tick to the next at least: a number and some air. */
const TICK_ROOM = { x: 64, y: 44 };
/** Pixels of a side of the frame at least, so that nothing is divided by zero in a tiny widget. */
const SMALLEST = 10;

export class Plot {
  readonly element: HTMLElement;
  /** SVG layers below and above the middle layer. */
  readonly under = svg("svg", { class: "tnw-under", "aria-hidden": "true" });
  readonly over = svg("svg", { class: "tnw-over", "aria-hidden": "true" });
  readonly middle = html("div", { class: "tnw-middle", "aria-hidden": "true" });
  window: Window = { left: 0, right: 1, low: 0, high: 1 };
  frame: Frame = { left: 0, top: 0, right: 1, bottom: 1 };
  logX = false;
  logY = false;
  /** Whether a person has moved or zoomed the view. */
  chosen = false;
  dragging = false;
  private size = { width: 0, height: 0 };
  private readonly axes = svg("g", { class: "tnx-axes" });
  private asked = false;

  constructor(
    private readonly options: PlotOptions,
    private readonly signal: AbortSignal,
  ) {
    this.element = html("div", {
      class: "tnw-plot tnx-chart", tabindex: 0, role: "application", "aria-roledescription": "chart", "aria-label": options.label, "data-plot": options.name,
    }, this.under, this.middle, this.over, options.pointing.spot);
    this.under.append(this.axes);
    onResize(this.element, (width, height) => this.resize(width, height), signal);
    this.takeHands();
  }

  get width(): number {
    return this.size.width;
  }

  get height(): number {
    return this.size.height;
  }

  private resize(width: number, height: number): void {
    this.size = { width, height };
    const { left, top } = MARGINS;
    const [right, bottom] = [Math.max(left + SMALLEST, width - MARGINS.right), Math.max(top + SMALLEST, height - MARGINS.bottom)];
    this.frame = { left, top, right, bottom };
    for (const layer of [this.under, this.over]) setAttributes(layer, { viewBox: `0 0 ${width} ${height}` });
    Object.assign(this.middle.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    this.ask();
  }

  private takeHands(): void {
    const { element } = this;
    const { pointing } = this.options;
    const hands = {
      inside: (at: Point) => this.holds(at),
      pan: (dx: number, dy: number) => this.choose(panned(this.window, this.frame, dx, dy)),
      zoom: (factor: number, at?: Point) => this.choose(zoomed(this.window, this.frame, factor, at)),
      reset: () => this.reset(),
      click: (at: Point) => pointing.click(at),
      hover: (at: Point | null) => pointing.hover(at),
      held: (held: boolean) => {
        this.dragging = held;
        setAttributes(element, { "data-held": held ? "" : null });
        this.ask();
      },
      toPlot: (event: MouseEvent) => {
        const box = element.getBoundingClientRect();
        const stretch = box.width > 0 ? this.width / box.width : 1;
        return { x: (event.clientX - box.left) * stretch, y: (event.clientY - box.top) * stretch };
      },
    };
    plotGestures(element, hands, this.signal);
    listen(element, "keydown", (event) => {
      if (pointing.press(event) || plotKey(event, hands)) event.preventDefault();
    }, this.signal);
  }

  private choose(window: Window): void {
    if (sameWindow(window, this.window)) return;
    [this.window, this.chosen] = [window, true];
    setAttributes(this.element, { "data-chosen": "" });
    this.ask();
  }

  /** Show everything again, and go on doing so. */
  reset(): void {
    this.chosen = false;
    setAttributes(this.element, { "data-chosen": null });
    this.ask();
  }

  /** Draw with the next frame. */
  ask(): void {
    if (this.asked || this.width === 0) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      if (!this.signal.aborted) this.draw();
    });
  }

  private draw(): void {
    if (!this.chosen) this.window = this.options.whole(this);
    this.drawFrame();
    this.options.draw(this);
  }

  /** Pixels of a value. */
  x(value: number): number {
    return pixelX(this.window, this.frame, toPlane(value, this.logX));
  }

  y(value: number): number {
    return pixelY(this.window, this.frame, toPlane(value, this.logY));
  }

  /** Whether a place is in the frame, and a place moved into it, or at most `beyond` pixels out of it. */
  holds({ x, y }: Point): boolean {
    return x >= this.frame.left && x <= this.frame.right && y >= this.frame.top && y <= this.frame.bottom;
  }

  clamp({ x, y }: Point, beyond = 0): Point {
    const { left, right, top, bottom } = this.frame;
    return { x: Math.max(left - beyond, Math.min(right + beyond, x)), y: Math.max(top - beyond, Math.min(bottom + beyond, y)) };
  }

  /** The window around values, as these axes show them. */
  holding(xs: readonly [number, number], ys: readonly [number, number], air?: number): Window {
    const plane = ([a, b]: readonly [number, number], log: boolean): [number, number] => [toPlane(a, log), toPlane(b, log)];
    return windowAround(plane(xs, this.logX), plane(ys, this.logY), air);
  }

  /** The least and greatest value on the axis of x. */
  get reach(): [number, number] {
    return [fromPlane(this.window.left, this.logX), fromPlane(this.window.right, this.logX)];
  }

  private drawFrame(): void {
    const { titles, write, shown } = this.options;
    const { window, frame } = this;
    const { left, top, right, bottom } = frame;
    const across = ticks(window.left, window.right, this.logX, Math.max(2, Math.floor((right - left) / TICK_ROOM.x)));
    const up = ticks(window.low, window.high, this.logY, Math.max(2, Math.floor((bottom - top) / TICK_ROOM.y)));
    const tick = (value: number, axis: "x" | "y"): Tick[] => (shown(value, axis) ? [{ value, at: this[axis](value), text: write[axis](value) }] : []);
    drawAxes(this.axes, [
      ...tickMarks(frame, this.width, { across: across.flatMap((value) => tick(value, "x")), up: up.flatMap((value) => tick(value, "y")), crossing: true }),
      { key: "up", line: `M${left} ${top}V${bottom}`, x: 6, y: 13, text: titles.y, anchor: "start" },
      { key: "across", line: `M${left} ${bottom}H${right}`, x: right, y: bottom + 31, text: titles.x, anchor: "end" },
    ]);
  }

  /** Rename the axes. */
  rename(titles: Partial<PlotOptions["titles"]>): void {
    Object.assign(this.options.titles, titles);
    this.ask();
  }
}
