/** What is looked at: the slice of a volume or film, and the scale of residuals. */

import { button, setIcon } from "../../ui/buttons.js";
import { focused, html, listen, setAttributes, setText } from "../../ui/dom.js";
import { fillMenu } from "../../ui/fields.js";
import { formatCount } from "../../ui/format.js";
import { explain } from "../../ui/tooltip.js";
import type { Original } from "../../wire/data_state.js";
import { said } from "../../wire/link.js";
import type { ExplorerContext } from "../context.js";

/** Milliseconds that a slice stays while slices play. */
const FRAME_MS = 200;
const NO_SLICES = { count: 1, at: 0, axes: [] as number[], along: 0 };

/** A slider over the slices, a button that plays them, and the axis along which they are taken; hidden where there is one picture. */
export function sliceBar({ link, tell }: ExplorerContext, signal: AbortSignal): HTMLElement {
  const slider = html("input", { type: "range", min: 0, "data-field": "slice", "aria-label": "slice" });
  const words = html("output", { class: "tnx-slice-words" });
  const axis = html("select", { class: "tnx-field", "aria-label": "slices along", "data-field": "slice-axis" });
  explain(axis, "The axis along which slices are taken.");
  let [timer, wanted, asking]: [ReturnType<typeof setInterval> | undefined, number | null, boolean] = [undefined, null, false];

  /** Ask for a slice; of those wanted while an answer is awaited only the last is asked for. */
  const look = async (at: number): Promise<void> => {
    wanted = at;
    if (asking) return;
    asking = true;
    while (wanted !== null) {
      const next: number = wanted;
      wanted = null;
      await tell({ kind: "look", at: next });
    }
    asking = false;
  };
  const play = (on: boolean): void => {
    clearInterval(timer);
    timer = on ? setInterval(() => asking || void look((Number(slider.value) + 1) % (Number(slider.max) + 1)), FRAME_MS) : undefined;
    setIcon(player, on ? "pause" : "resume");
    setAttributes(player, { "aria-label": on ? "Stop playing" : "Play the slices", "aria-pressed": String(on) });
  };
  const player = button({ icon: "resume", label: "Play the slices", tip: "Show one slice after the other.", action: "play", onPress: () => play(timer === undefined) }, signal);
  const show = (): void => {
    const { count, at, axes, along } = said<Original>(link.get("original")) ?? NO_SLICES;
    setAttributes(bar, { hidden: count > 1 ? null : "" });
    if (count <= 1) return play(false);
    setAttributes(slider, { max: count - 1 });
    if (!(focused(slider) === slider && asking)) slider.value = String(at);
    setText(words, `${formatCount(at + 1)} of ${formatCount(count)}`);
    setAttributes(slider, { "aria-valuetext": `slice ${at + 1} of ${count}` });
    setAttributes(axis, { hidden: axes.length > 1 ? null : "" });
    fillMenu(axis, axes.map((length, place) => ({ name: String(place), label: `axis ${place + 1} (${formatCount(length)})` })), String(along));
  };
  listen(slider, "input", () => void look(Number(slider.value)), signal);
  listen(axis, "change", () => void tell({ kind: "look", along: Number(axis.value) }), signal);
  signal.addEventListener("abort", () => clearInterval(timer));
  const bar = html("div", { class: "tnx-slices", role: "group", "aria-label": "slices" }, player, slider, words, axis);
  link.on(["original"], show, signal);
  show();
  return bar;
}

const SCALES = [
  { name: "fixed", label: "one scale for this data" },
  { name: "automatic", label: "largest of each fit" },
];

export function scaleMenu({ link, tell }: ExplorerContext, signal: AbortSignal): HTMLElement {
  const menu = html("select", { class: "tnx-field", "aria-label": "scale of residuals", "data-field": "residual-scale" });
  explain(menu, "How residuals are scaled: on one scale for this data, so that structures can be compared, or on the largest residual of each fit.");
  const show = (): void => {
    const scale = said<Original>(link.get("original"))?.scale ?? "fixed";
    const own = typeof scale === "number" ? [{ name: String(scale), label: `\u00b1${scale}` }] : [];
    fillMenu(menu, [...SCALES, ...own], String(scale));
  };
  listen(menu, "change", () => void tell({ kind: "look", scale: menu.value === "automatic" ? "automatic" : menu.value === "fixed" ? "fixed" : Number(menu.value) }), signal);
  link.on(["original"], show, signal);
  show();
  return html("label", { class: "tnx-label" }, "residuals ", menu);
}
