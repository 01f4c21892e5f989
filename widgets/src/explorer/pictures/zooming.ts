/** Zoom and movement into the pictures, in step in all of them: pictures both ways, series along their points. */

import { plotGestures, plotKey } from "../../charts/plot_gestures.js";
import { button } from "../../ui/buttons.js";
import { listen, setAttributes } from "../../ui/dom.js";
import type { Point } from "../../ui/plane.js";

/** What is seen of a picture: how much nearer, and the place in the middle, in shares of the picture from its centre. */
export interface View {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

interface Size {
  width: number;
  height: number;
}

/** A picture and a plot, of which one is seen, in a frame. */
export interface Zoomable {
  figure: HTMLElement;
  canvas: HTMLCanvasElement;
  plot: SVGSVGElement;
}

export const WHOLE: View = { zoom: 1, x: 0, y: 0 };
/** How much nearer a picture can be seen. */
const NEAREST = 64;

/** The size at which a picture is shown in a box, before zoom. */
export function fitted(box: Size, picture: Size): Size {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  return { width: scale * picture.width, height: scale * picture.height };
}

/** The nearest view that shows nothing beside the picture. */
function within({ zoom, x, y }: View): View {
  const most = 0.5 - 0.5 / zoom;
  const held = (share: number): number => Math.max(-most, Math.min(most, share)) + 0; // no -0
  return { zoom, x: held(x), y: held(y) };
}

/** Zoom by a factor, above 1 for nearer; what is at a point, in pixels from the centre of the frame, stays there. */
export function nearer(view: View, factor: number, shown: Size, at: Point = { x: 0, y: 0 }): View {
  const zoom = Math.max(1, Math.min(NEAREST, view.zoom * factor));
  const slack = 1 / view.zoom - 1 / zoom;
  return within({ zoom, x: view.x + (slack * at.x) / shown.width, y: view.y + (slack * at.y) / shown.height });
}

/** Move by pixels, so that the picture follows the pointer. */
export const moved = (view: View, dx: number, dy: number, shown: Size): View =>
  within({ zoom: view.zoom, x: view.x - dx / (view.zoom * shown.width), y: view.y - dy / (view.zoom * shown.height) });

/** A view as a CSS transform about the centre of a picture that is shown at a size. */
export const transformOf = ({ zoom, x, y }: View, shown: Size): string =>
  zoom === 1 ? "" : `translate(${(-x * zoom * shown.width).toFixed(1)}px, ${(-y * zoom * shown.height).toFixed(1)}px) scale(${zoom.toFixed(3)})`;

/** The part of a plane of series that a view shows: some of its points, all of its height. */
export const viewBoxOf = ({ zoom, x }: View, plane: Size): string => `${(plane.width * (0.5 + x - 0.5 / zoom)).toFixed(2)} 0 ${(plane.width / zoom).toFixed(2)} ${plane.height}`;

/** Let gestures and keys zoom all pictures in step; returns the button that shows them wholly again, and a function for a new data set. */
export function zooming(pictures: readonly Zoomable[], plane: Size, signal: AbortSignal): { whole: HTMLElement; reset(): void } {
  let view = WHOLE;
  let dragged = false;
  const isCurve = (): boolean => pictures[0]?.figure.parentElement?.getAttribute("data-kind") === "curve";
  const frameOf = ({ canvas }: Zoomable): HTMLElement => canvas.parentElement as HTMLElement;
  const shownIn = (picture: Zoomable): Size => {
    const box = frameOf(picture).getBoundingClientRect();
    const shown = isCurve() ? box : fitted(box, picture.canvas);
    return { width: Math.max(1, shown.width), height: Math.max(1, shown.height) };
  };
  const draw = (): void => {
    for (const picture of pictures) {
      for (const canvas of frameOf(picture).querySelectorAll("canvas")) canvas.style.transform = transformOf(view, shownIn(picture));
      setAttributes(picture.plot, { viewBox: viewBoxOf(view, plane) });
      setAttributes(frameOf(picture), { "data-zoomed": view.zoom > 1 ? "" : null });
    }
    whole.style.visibility = view.zoom > 1 ? "visible" : "hidden";
  };
  const look = (next: View): void => {
    view = next;
    draw();
  };
  const whole = button({ icon: "zoom_out", label: "Show all of the pictures", tip: "Show all of the pictures again (0, or double click).", action: "zoom-reset", onPress: () => look(WHOLE) }, signal);
  for (const picture of pictures) {
    const frame = frameOf(picture);
    const hands = {
      pan: (dx: number, dy: number) => look(moved(view, dx, dy, shownIn(picture))),
      zoom: (factor: number, at?: Point) => look(nearer(view, factor, shownIn(picture), at)),
      reset: () => look(WHOLE),
    };
    const toPlot = ({ clientX, clientY }: MouseEvent): Point => {
      const box = frame.getBoundingClientRect();
      return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
    };
    plotGestures(frame, { ...hands, toPlot, inside: () => true, click: () => (dragged = false), hover: () => undefined, held: () => (dragged = true) }, signal);
    // the click that ends a drag enlarges nothing
    listen(frame, "click", (event) => {
      if (dragged && view.zoom > 1) event.stopPropagation();
      dragged = false;
    }, signal);
    listen(picture.figure, "keydown", (event) => (event.target as Element).matches("button") && plotKey(event, hands) && event.preventDefault(), signal);
    if (typeof ResizeObserver === "function") {
      const observer = new ResizeObserver(() => view.zoom > 1 && draw());
      observer.observe(frame);
      signal.addEventListener("abort", () => observer.disconnect());
    }
  }
  draw();
  return { whole, reset: () => look(WHOLE) };
}
