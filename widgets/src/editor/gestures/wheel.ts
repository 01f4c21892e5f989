/** The wheel: on a bond it changes the rank, with Ctrl it zooms, elsewhere the page scrolls. */

import type { Item } from "../../structure/selection.js";
import type { Desk } from "../desk.js";
import { step } from "../drawing_commands.js";

/** Pixels of wheel movement that make one step. */
const NOTCH = 40;
/** Pixels of one notch of most mice; a browser that is busy hands over several notches as one event. */
const MOUSE_NOTCH = 110;
/** Pixels of one line, where a wheel counts lines. */
const LINE = 16;
/** Milliseconds of rest after which movement starts from zero. */
const NOTCH_PAUSE_MS = 300;

/** Turn wheel movements into whole steps: one per notch of a mouse, one per `NOTCH` pixels of a touch pad. */
export class Notches {
  private sum = 0;
  private last = 0;

  /** Return the whole steps, positive away from the person; mostly 1, -1 or 0. */
  add(deltaY: number, deltaMode: number, now: number): number {
    const pixels = deltaMode === 0 ? deltaY : deltaY * LINE * (deltaMode === 1 ? 3 : 30);
    if (now - this.last > NOTCH_PAUSE_MS || Math.sign(pixels) !== Math.sign(this.sum)) this.sum = 0;
    this.last = now;
    this.sum += pixels;
    if (Math.abs(this.sum) < NOTCH) return 0;
    const steps = Math.max(1, Math.round(Math.abs(this.sum) / MOUSE_NOTCH));
    const direction = -Math.sign(this.sum);
    this.sum = 0;
    return direction * steps;
  }
}

export function onWheel(desk: Desk): (event: WheelEvent) => void {
  const { stage, store } = desk;
  const notches = new Notches();
  const counts = (item: Item | null): item is Item =>
    !store.readOnly && (item?.kind === "bond" || (item?.kind === "leg" && !store.locked));
  return (event) => {
    const item = stage.itemOf(event.target);
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      stage.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 400), stage.toDiagram(event));
    } else if (counts(item) && event.deltaY !== 0) {
      event.preventDefault();
      const by = notches.add(event.deltaY, event.deltaMode, event.timeStamp);
      if (by !== 0) step(desk, by, item);
    }
  };
}
