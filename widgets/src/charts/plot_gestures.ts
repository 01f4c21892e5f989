/** Gestures and keys that move and zoom a plot: drag, pinch, Ctrl + wheel, plus and minus, double click to reset. */

import { listen } from "../ui/dom.js";
import type { Point } from "../ui/plane.js";

export interface PlotHands {
  /** Whether gestures may begin at a point: inside the frame, not on the axes. */
  inside(at: Point): boolean;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at?: Point): void;
  reset(): void;
  /** A press that moved nothing. */
  click(at: Point): void;
  hover(at: Point | null): void;
  /** A drag begins or has ended. */
  held(held: boolean): void;
  /** Pixels from the corner of the plot. */
  toPlot(event: MouseEvent): Point;
}

/** Pixels that the pointer may move in a click. */
const STILL = 4;
/** Pixels that one arrow key moves the view. */
const STEP = 40;

export function plotGestures(element: HTMLElement, hands: PlotHands, signal: AbortSignal): void {
  const fingers = new Map<number, Point>();
  let start: Point = { x: 0, y: 0 };
  let moved = false;

  listen(element, "pointerdown", (event) => {
    const at = hands.toPlot(event);
    if (event.button !== 0 || !hands.inside(at)) return;
    fingers.set(event.pointerId, at);
    element.setPointerCapture?.(event.pointerId);
    if (fingers.size > 1) return;
    [start, moved] = [at, false];
    element.focus({ preventScroll: true });
  }, signal);
  listen(element, "pointermove", (event) => {
    const at = hands.toPlot(event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) return hands.hover(hands.inside(at) ? at : null);
    if (!moved && fingers.size === 1 && Math.hypot(at.x - start.x, at.y - start.y) < STILL) return;
    if (!moved) {
      moved = true;
      hands.hover(null);
      hands.held(true);
    }
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, at);
    if (other === undefined) return hands.pan(at.x - before.x, at.y - before.y);
    const [far, was] = [Math.hypot(at.x - other.x, at.y - other.y), Math.hypot(before.x - other.x, before.y - other.y)];
    if (was > 10 && far > 10) hands.zoom(far / was, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
  }, signal);
  const release = (event: PointerEvent, gone: boolean): void => {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    if (moved) hands.held(false);
    else if (!gone) hands.click(hands.toPlot(event));
  };
  listen(element, "pointerup", (event) => release(event, false), signal);
  listen(element, "pointercancel", (event) => release(event, true), signal);
  listen(element, "pointerleave", () => fingers.size === 0 && hands.hover(null), signal);
  listen(element, "dblclick", (event) => hands.inside(hands.toPlot(event)) && hands.reset(), signal);
  listen(element, "wheel", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !hands.inside(hands.toPlot(event))) return;
    event.preventDefault();
    hands.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 400), hands.toPlot(event));
  }, { signal, passive: false });
}

/** Move or zoom the view by a key; return whether the key did anything. */
export function plotKey(event: KeyboardEvent, hands: Pick<PlotHands, "pan" | "zoom" | "reset">): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const steps: Record<string, [number, number]> = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
  const step = event.shiftKey ? steps[event.key] : undefined;
  if (step) hands.pan(...step);
  else if (event.key === "+" || event.key === "=") hands.zoom(1.3);
  else if (event.key === "-" || event.key === "_") hands.zoom(1 / 1.3);
  else if (event.key === "0") hands.reset();
  else return false;
  return true;
}
