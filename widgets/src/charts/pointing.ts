/** The point of a plot that the pointer or the keys are on: its tooltip, a click or Enter opens it, arrow keys go to the next. */

import { html } from "../ui/dom.js";
import type { Point } from "../ui/plane.js";
import type { Tooltip } from "../ui/tooltip.js";
import type { Direction } from "./screen_index.js";

/** The points that a plot shows. */
export interface Pointable<P> {
  /** The point near a place in pixels. */
  near(place: Point): P | null;
  /** The point that an arrow key leads to, from none at first; undefined where the key is not the plot's. */
  next(from: P | null, way: Direction): P | null | undefined;
  /** The same for two objects that stand for one point. */
  key(point: P): string;
  /** The pixels of a point. */
  place(point: P): Point;
  words(point: P): string;
  open(point: P): void;
  say(sentence: string): void;
  /** Another point is chosen, or none. */
  chose?(point: P | null): void;
}

const WAYS: Readonly<Record<string, Direction>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

export class Pointing<P> {
  /** Where the tooltip stands; a child of the plot. */
  readonly spot = html("span", { class: "tnw-spot" });
  chosen: P | null = null;

  constructor(
    private readonly points: Pointable<P>,
    private readonly tip: Tooltip,
  ) {}

  hover(at: Point | null): void {
    const found = at && this.points.near(at);
    if (this.keyOf(found) !== this.keyOf(this.chosen)) this.choose(found, false);
  }

  click(at: Point): void {
    const found = this.points.near(at);
    if (found !== null) this.points.open(found);
  }

  /** Handle a key; return whether it was one of these. */
  press(event: KeyboardEvent): boolean {
    if (event.key === "Enter" || event.key === " ") {
      if (this.chosen !== null) this.points.open(this.chosen);
      return true;
    }
    if (event.key === "Escape" && this.chosen !== null) return (this.choose(null, true), true);
    const way = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey ? undefined : WAYS[event.key];
    const found = way && this.points.next(this.chosen, way);
    if (found) this.choose(found, true);
    return found !== undefined;
  }

  private keyOf(point: P | null): string | null {
    return point === null ? null : this.points.key(point);
  }

  private choose(point: P | null, byKey: boolean): void {
    const { points, spot, tip } = this;
    this.chosen = point;
    points.chose?.(point);
    if (spot.parentElement) spot.parentElement.style.cursor = point !== null && !byKey ? "pointer" : "";
    if (point === null) return tip.hide();
    const { x, y } = points.place(point);
    Object.assign(spot.style, { left: `${x}px`, top: `${y}px` });
    const words = points.words(point);
    tip.show(spot, `${words} ${byKey ? "Enter opens" : "Click to open"} it in the Explorer.`);
    if (byKey) points.say(words);
  }
}
