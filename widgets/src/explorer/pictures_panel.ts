/** Tensor, reconstruction and residual side by side: pictures on canvases, curves as lines. */

import { greyToRgba, rangeOf, thinCurve } from "../charts/pixels.js";
import { html, setAttributes, setText, svg } from "../ui/dom.js";
import { formatShort } from "../ui/format.js";
import { keyed } from "../ui/keyed.js";
import { term } from "../ui/tooltip.js";
import { asBytes, asFloats, type Bytes } from "../wire/bytes.js";
import type { Original, PictureKind } from "../wire/data_state.js";
import type { Pictures } from "../wire/explorer_state.js";

const PICTURES = ["tensor", "reconstruction", "residual"] as const;
type Name = (typeof PICTURES)[number];

const MEANING: Record<Name, string> = {
  tensor: "The data, X.",
  reconstruction: "What the network stands for when it is contracted.",
  residual: "Tensor minus reconstruction: mid-grey is zero, white is positive, black is negative, at the scale written.",
};

interface Panel {
  figure: HTMLElement;
  canvas: HTMLCanvasElement;
  plot: SVGSVGElement;
  caption: HTMLElement;
}

export interface PicturesPanel {
  element: HTMLElement;
  showOriginal(original: Original | null): void;
  showFit(pictures: Pictures | null, old: boolean): void;
}

function makePanel(name: Name): Panel {
  const canvas = html("canvas", { role: "img", "aria-label": name, width: 1, height: 1 });
  const plot = svg("svg", { class: "tnx-curve", role: "img", "aria-label": name, viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none" });
  const caption = html("span", { class: "tnx-note" });
  const frame = html("div", { class: "tnx-frame" }, canvas, plot);
  const figure = html("figure", { class: "tnx-picture", "data-picture": name, "data-state": "none" }, frame, html("figcaption", {}, term(name, MEANING[name]), caption));
  return { figure, canvas, plot, caption };
}

/** Paint grey bytes pixel by pixel; the page scales them up without smoothing. */
function paint({ canvas }: Panel, grey: Bytes, width: number, height: number): void {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context?.putImageData(new ImageData(greyToRgba(asBytes(grey), width * height), width, height), 0, 0);
}

/** The plane of a curve, which the page stretches, and how far a curve keeps from its upper and lower edge. */
const [WIDE, HIGH, EDGE] = [300, 150, 4];

/** Draw one curve, or two over each other at one scale; the first is the one in front. */
function plotCurves({ plot }: Panel, curves: readonly Float32Array[], [low, high]: [number, number]): void {
  const pathOf = (curve: Float32Array): string => {
    const last = Math.max(1, curve.length - 1);
    const points = thinCurve(curve).map(({ place, value }) => `${((WIDE * place) / last).toFixed(1)} ${(HIGH - EDGE - ((HIGH - 2 * EDGE) * (value - low)) / (high - low)).toFixed(1)}`);
    return points.length > 0 ? `M${points.join("L")}` : "";
  };
  const behind = curves.map((curve, place) => ({ d: pathOf(curve), name: place === 0 ? "front" : "behind" })).reverse();
  keyed(plot, behind, {
    key: ({ name }) => name,
    make: ({ name }) => svg("path", { class: `tnx-${name}`, "vector-effect": "non-scaling-stroke" }),
    update: (path, { d }) => setAttributes(path, { d }),
  });
}

const setKind = (panel: Panel, kind: PictureKind): void => {
  setAttributes(panel.canvas, { hidden: kind === "curve" ? "" : null });
  setAttributes(panel.plot, { hidden: kind === "curve" ? null : "" });
};

export function picturesPanel(): PicturesPanel {
  const panels = { tensor: makePanel("tensor"), reconstruction: makePanel("reconstruction"), residual: makePanel("residual") };
  const all = Object.values(panels);
  const element = html("div", { class: "tnx-pictures" }, ...all.map((panel) => panel.figure));
  let truth: Float32Array = new Float32Array();
  let painted: Pictures | null = null;

  return {
    element,
    showOriginal(original) {
      setAttributes(panels.tensor.figure, { "data-state": original ? "still" : "none" });
      if (original === null) return;
      for (const panel of all) setKind(panel, original.kind);
      setText(panels.tensor.caption, original.kind === "slices" ? "slices" : "");
      if (original.kind !== "curve") return paint(panels.tensor, original.pixels, original.width, original.height);
      truth = asFloats(original.pixels);
      plotCurves(panels.tensor, [truth], rangeOf(truth));
    },
    showFit(pictures, old) {
      for (const name of ["reconstruction", "residual"] as const) {
        setAttributes(panels[name].figure, { "data-state": pictures === null ? "none" : old ? "old" : "still", "data-edit": pictures?.edit });
      }
      setText(panels.residual.caption, pictures ? `\u00b1${formatShort(pictures.residual_scale)}` : "");
      if (pictures === null || pictures === painted) return;
      painted = pictures;
      if (pictures.kind === "curve") showCurves(pictures);
      else {
        paint(panels.reconstruction, pictures.reconstruction, pictures.width, pictures.height);
        paint(panels.residual, pictures.residual, pictures.width, pictures.height);
      }
    },
  };

  function showCurves(pictures: Pictures): void {
    const fit = asFloats(pictures.reconstruction);
    plotCurves(panels.reconstruction, [fit, truth], rangeOf(fit, truth));
    const scale = pictures.residual_scale || 1;
    plotCurves(panels.residual, [asFloats(pictures.residual), Float32Array.of(0, 0)], [-scale, scale]);
  }
}
