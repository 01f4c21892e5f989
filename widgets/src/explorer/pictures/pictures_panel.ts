/** Tensor, reconstruction and residual: one large and two small, pictures on canvases and series as lines. */

import { paintPixels, rangeOf, seriesOf, thinCurve } from "../../charts/pixels.js";
import { button, setIcon } from "../../ui/buttons.js";
import { html, listen, setAttributes, setText, svg } from "../../ui/dom.js";
import { formatShort } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import { explain } from "../../ui/tooltip.js";
import { asBytes, asFloats, type Bytes } from "../../wire/bytes.js";
import type { Frame, Original } from "../../wire/data_state.js";
import type { Pictures } from "../../wire/explorer_state.js";
import { said } from "../../wire/link.js";
import type { ExplorerContext } from "../context.js";
import { scaleMenu, sliceBar } from "./looking.js";
import { endsWords, pixelAt, type Place, readPixel } from "./reading.js";
import { zooming } from "./zooming.js";

const PICTURES = ["tensor", "reconstruction", "residual"] as const;
type Name = (typeof PICTURES)[number];

const MEANING: Record<Name, string> = {
  tensor: "The data as they are.",
  reconstruction: "What the network stands for, when all its cores are multiplied.",
  residual: "The data minus the reconstruction: mid-grey is no error, white and black are errors of the size written here, or more.",
};

interface Panel {
  figure: HTMLElement;
  canvas: HTMLCanvasElement;
  plot: SVGSVGElement;
  /** What the upper and the lower edge of a plot stand for. */
  edges: [HTMLElement, HTMLElement];
  note: HTMLElement;
}

function makePanel(name: Name): Panel {
  const canvas = html("canvas", { role: "img", "aria-label": name, width: 1, height: 1 });
  const plot = svg("svg", { class: "tnx-curve", role: "img", "aria-label": name, viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" });
  const edges: Panel["edges"] = [html("span", { class: "tnx-high" }), html("span", { class: "tnx-low" })];
  const note = html("span", { class: "tnx-note" });
  const title = html("button", { type: "button", class: "tnx-picture-title", "data-action": `enlarge:${name}` }, name);
  explain(title, `${MEANING[name]} Press to see it large; arrow keys read its pixels; plus, minus and Shift with arrow keys zoom and move (or Ctrl and the wheel, and dragging).`);
  const frame = html("div", { class: "tnx-frame" }, canvas, plot, ...edges);
  const figure = html("figure", { class: "tnx-picture", "data-picture": name, "data-state": "none" }, frame, html("figcaption", {}, title, note));
  return { figure, canvas, plot, edges, note };
}

/** The plane of a plot, which the page stretches, and how far a curve keeps from its upper and lower edge. */
const [WIDE, HIGH, EDGE] = [300, 150, 4];
/** Dashes that tell series apart. */
const DASHES = ["", "7 3", "2 2", "9 3 2 3", "1 4", "12 4"] as const;

interface Line {
  values: Float32Array;
  front: boolean;
  dash: string;
}

/** Draw lines on one scale, those in front last. */
function plotLines({ plot, edges }: Panel, lines: readonly Line[], [low, high]: readonly [number, number]): void {
  const pathOf = (values: Float32Array): string => {
    const last = Math.max(1, values.length - 1);
    const points = thinCurve(values).map(({ place, value }) => `${((WIDE * place) / last).toFixed(1)} ${(HIGH - EDGE - ((HIGH - 2 * EDGE) * (value - low)) / (high - low)).toFixed(1)}`);
    return points.length > 0 ? `M${points.join("L")}` : "";
  };
  keyed(plot, lines.map((line, place) => ({ ...line, place })), {
    key: ({ place }) => String(place),
    make: () => svg("path", { "vector-effect": "non-scaling-stroke" }),
    update: (path, { values, front, dash }) => setAttributes(path, { class: front ? "tnx-front" : "tnx-behind", d: pathOf(values), "stroke-dasharray": dash || null }),
  });
  setText(edges[0], formatShort(high));
  setText(edges[1], formatShort(low));
}

const linesOf = (values: Float32Array, count: number, front: boolean): Line[] =>
  seriesOf(values, count).map((line, place) => ({ values: line, front, dash: DASHES[place % DASHES.length] ?? "" }));

export function picturesPanel(context: ExplorerContext, signal: AbortSignal): HTMLElement {
  const { link, editor } = context;
  const panels = { tensor: makePanel("tensor"), reconstruction: makePanel("reconstruction"), residual: makePanel("residual") };
  const [under, wipe] = wiping(panels.reconstruction, signal);
  const grid = html("div", { class: "tnx-pictures", "data-large": "reconstruction" }, ...PICTURES.map((name) => panels[name].figure));
  const head = html("div", { class: "tnx-looking" }, sliceBar(context, signal), html("span", { class: "tnx-space" }), wipe, scaleMenu(context, signal));
  const zoom = zooming(Object.values(panels), { width: WIDE, height: HIGH }, signal);
  const box = html("div", { class: "tnx-pictures-box", role: "group", "aria-label": "pictures" }, head, grid, readingLine(context, panels, signal));
  head.append(zoom.whole, wholeWindow(box, signal));
  let painted: Pictures | null = null;

  const enlarge = (name: Name): void => {
    setAttributes(grid, { "data-large": name });
    for (const each of PICTURES) setAttributes(panels[each].figure.querySelector("button") as Element, { "aria-pressed": String(each === name) });
  };
  for (const name of PICTURES) listen(panels[name].figure, "click", ({ target }) => (target as Element).closest("input") === null && enlarge(name), signal);
  enlarge("reconstruction");

  const showOriginal = (): void => {
    const original = said<Original>(link.get("original"));
    setAttributes(panels.tensor.figure, { "data-state": original ? "still" : "none" });
    if (original === null) return;
    const curve = original.kind === "curve";
    const shape = [original.kind, original.width, original.height].join();
    if (grid.getAttribute("data-shape") !== shape) zoom.reset();
    setAttributes(grid, { "data-kind": original.kind, "data-shape": shape });
    setAttributes(wipe, { hidden: curve ? "" : null });
    setText(panels.tensor.note, curve ? "" : endsWords(original));
    painted = null;
    if (!curve) for (const canvas of [panels.tensor.canvas, under]) paintPixels(canvas, asBytes(original.pixels), original);
    else {
      const truth = asFloats(original.pixels);
      plotLines(panels.tensor, linesOf(truth, original.height, true), rangeOf(truth));
    }
    showFit();
  };
  const showFit = (): void => {
    const pictures = said<Pictures>(link.get("pictures"));
    const state = pictures === null ? "none" : pictures.edit === editor.report().edit ? "still" : "old";
    for (const name of ["reconstruction", "residual"] as const) setAttributes(panels[name].figure, { "data-state": state, "data-edit": pictures?.edit });
    if (pictures === null || pictures === painted) return;
    painted = pictures;
    setText(panels.residual.note, scaleWords(pictures));
    if (pictures.kind === "curve") return plotFit(panels, pictures, said<Original>(link.get("original"))?.pixels);
    paintPixels(panels.reconstruction.canvas, asBytes(pictures.reconstruction), pictures);
    paintPixels(panels.residual.canvas, asBytes(pictures.residual), pictures);
  };
  link.on(["original"], showOriginal, signal);
  link.on(["pictures"], showFit, signal);
  context.onDraft(showFit);
  showOriginal();
  return box;
}

/** A button that shows the pictures in the whole window; it or Escape brings them back, with the focus on it. */
function wholeWindow(box: HTMLElement, signal: AbortSignal): HTMLElement {
  const whole = (on: boolean): void => {
    setAttributes(box, { "data-whole": on ? "" : null });
    setIcon(toggle, on ? "close" : "fit");
    setAttributes(toggle, { "aria-pressed": String(on) });
    toggle.focus({ preventScroll: true });
  };
  const isWhole = (): boolean => box.hasAttribute("data-whole");
  const toggle = button({ icon: "fit", label: "Whole window", tip: "Show the pictures in the whole window, or back in their place (Esc).", action: "whole-window", attributes: { "aria-pressed": "false" }, onPress: () => whole(!isWhole()) }, signal);
  listen(box, "keydown", (event) => {
    if (event.key !== "Escape" || !isWhole()) return;
    event.preventDefault();
    event.stopPropagation();
    whole(false);
  }, signal);
  return toggle;
}

function plotFit(panels: Record<Name, Panel>, pictures: Pictures, pixels: Bytes | undefined): void {
  const [fit, truth] = [asFloats(pictures.reconstruction), pixels === undefined ? new Float32Array() : asFloats(pixels)];
  const count = (pictures as Frame).height;
  const behind = truth.length === fit.length ? linesOf(truth, count, false) : [];
  plotLines(panels.reconstruction, [...behind, ...linesOf(fit, count, true)], rangeOf(fit, truth));
  const scale = pictures.residual_scale || 1;
  const zero = { values: Float32Array.of(0, 0), front: false, dash: "" };
  plotLines(panels.residual, [zero, ...linesOf(asFloats(pictures.residual), count, true)], [-scale, scale]);
}

/** The scale of residuals in words, with the share that lies beyond it. */
export function scaleWords({ residual_scale, beyond }: Pick<Pictures, "residual_scale" | "beyond">): string {
  const share = beyond > 0 ? `, ${beyond < 0.01 ? "under 1" : Math.round(100 * beyond)}\u202f% beyond` : "";
  return `\u00b1${formatShort(residual_scale)}${share}`;
}

/** A canvas of the data over the reconstruction, and the slider that uncovers it from the left. */
function wiping({ figure, canvas }: Panel, signal: AbortSignal): [HTMLCanvasElement, HTMLElement] {
  const under = html("canvas", { class: "tnx-wiped", "aria-hidden": "true", width: 1, height: 1 });
  const slider = html("input", { type: "range", min: 0, max: 100, value: 0, "data-field": "wipe", "aria-label": "wipe from the reconstruction to the data" });
  canvas.after(under);
  const wipe = (): void => {
    figure.style.setProperty("--tnx-wiped", `${slider.value}%`);
    setAttributes(figure, { "data-wiped": slider.value === "0" ? null : "" });
  };
  listen(slider, "input", wipe, signal);
  wipe();
  const label = html("label", { class: "tnx-label tnx-wipe" }, "wipe ", slider);
  explain(label, "Uncover the data over the reconstruction, from the left, to compare them place by place.");
  return [under, label];
}

/** A line that says the values of the pixel under the pointer, or of the one that arrow keys on a picture's name walk to. */
function readingLine({ link }: ExplorerContext, panels: Record<Name, Panel>, signal: AbortSignal): HTMLElement {
  const line = html("output", { class: "tnx-reading" });
  let here: Place = { row: 0, column: 0 };
  const read = (place: Place | null): void => {
    const original = said<Original>(link.get("original"));
    if (original === null || place === null || original.kind === "curve") return setText(line, "");
    here = place;
    const pictures = said<Pictures>(link.get("pictures"));
    const ends = [original.low, original.high] as const;
    const fit = pictures && pictures.width === original.width && pictures.height === original.height
      ? { reconstruction: { bytes: asBytes(pictures.reconstruction), ends }, residual: { bytes: asBytes(pictures.residual), ends: [-pictures.residual_scale, pictures.residual_scale] as const } }
      : undefined;
    setText(line, readPixel(place, original, { bytes: asBytes(original.pixels), ends }, fit));
  };
  for (const { figure, canvas } of Object.values(panels)) {
    const frame = canvas.parentElement as HTMLElement;
    listen(frame, "pointermove", ({ clientX, clientY }) => {
      const box = canvas.getBoundingClientRect(); // as it is zoomed
      read(pixelAt({ x: clientX - box.left, y: clientY - box.top }, box, canvas));
    }, signal);
    listen(frame, "pointerleave", () => read(null), signal);
    listen(figure, "keydown", (event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.shiftKey || !(event.target as Element).matches(".tnx-picture-title")) return;
      event.preventDefault();
      const within = (place: number, most: number): number => Math.max(0, Math.min(most - 1, place));
      read({ row: within(here.row + step[0], canvas.height), column: within(here.column + step[1], canvas.width) });
    }, signal);
  }
  return line;
}

/** Rows and columns that a key walks. */
const STEPS: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
