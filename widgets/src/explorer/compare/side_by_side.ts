/** Two pins side by side, large: diagrams, numbers, pictures, residuals on one scale, and what sets them apart. */

import { smallDiagram } from "../../diagram/small_diagram.js";
import { button } from "../../ui/buttons.js";
import { html, listen } from "../../ui/dom.js";
import { formatCount, formatError, formatRatio, formatShort } from "../../ui/format.js";
import type { Bytes } from "../../wire/bytes.js";
import type { PinRecord, SideBySide } from "../../wire/explorer_state.js";
import type { ExplorerContext } from "../context.js";
import { differenceWords } from "./difference_words.js";
import { smallPicture } from "./small_picture.js";

/** Open the two on top of the page; Escape or the button closes. */
export function sideBySide({ root, link }: ExplorerContext, a: PinRecord, b: PinRecord, signal: AbortSignal): void {
  const close = button({ icon: "close", label: "Close", tip: "Back to the page (Escape).", action: "close-side-by-side", onPress: () => dialog.close() }, signal);
  const pictures = [a, b].map(() => html("div", { class: "tnx-beside-pictures" }));
  const apart = html("div", { class: "tnx-beside-pictures" }, html("p", { role: "status" }, "The pictures are being computed from the cores of both."));
  const dialog = html("dialog", { class: "tnx-beside", "aria-label": `${a.name} and ${b.name}, side by side` },
    html("header", {}, html("p", { class: "tnx-beside-words" }, differenceWords(a, b)), close),
    html("div", { class: "tnx-beside-grid" },
      ...[a, b].map((pin, place) => half(place === 0 ? "A" : "B", pin, pictures[place] as HTMLElement)),
      html("section", { class: "tnx-beside-half", "aria-label": "difference" }, html("h2", {}, "B minus A"), apart)),
  );
  listen(dialog, "close", () => dialog.remove(), signal);
  listen(dialog, "click", (event) => event.target === dialog && dialog.close(), signal); // beside the panel
  root.append(dialog);
  dialog.showModal();
  link.send<{ pictures: SideBySide }>({ kind: "side_by_side", first: a.id, second: b.id }).then(
    ({ pictures: shown }) => paint(shown, pictures, apart),
    (error: Error) => apart.replaceChildren(html("p", { role: "alert" }, error.message)),
  );
}

function half(letter: string, pin: PinRecord, pictures: HTMLElement): HTMLElement {
  const numbers: [string, string][] = [
    ["relative error", formatError(pin.relative_error)],
    ["parameters", formatCount(pin.parameters)],
    ["compression", `${formatRatio(pin.compression_ratio)} \u00d7`],
    ["format", pin.format || "drawn by hand"],
    ["fit", pin.cut_short ? "cut short" : (pin.status.split(/[:;.](?=\s|$)/)[0] ?? "")],
  ];
  return html("section", { class: "tnx-beside-half", "aria-label": pin.name, "data-half": letter },
    html("h2", {}, `${letter}: ${pin.name}`),
    html("div", { class: "tnx-beside-diagram" }, smallDiagram(pin.structure)),
    html("dl", {}, ...numbers.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value)))),
    pictures,
  );
}

/** Show the pictures: all residuals, and in curves all reconstructions, at one scale. */
function paint(shown: SideBySide, halves: readonly HTMLElement[], apart: HTMLElement): void {
  const { kind, width, height, channels, residual_scale: scale, difference_scale: wide } = shown;
  const figure = (pixels: Bytes, words: string, around?: number): HTMLElement =>
    html("figure", {}, smallPicture({ kind, width, height, channels, pixels }, words, around === undefined ? undefined : [-around, around]), html("figcaption", {}, words));
  halves.forEach((place, which) => place.replaceChildren(
    figure(shown.reconstructions[which] as Bytes, "reconstruction"),
    figure(shown.residuals[which] as Bytes, `residual, \u00b1${formatShort(scale)} (the same scale for both)`, scale),
  ));
  apart.replaceChildren(figure(shown.difference, `reconstruction B minus A, \u00b1${formatShort(wide)}`, wide));
}
