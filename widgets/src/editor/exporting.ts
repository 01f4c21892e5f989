/** Export of the network as a file: Python writes the text, the page turns SVG into PNG. */

import { toRecord } from "../structure/structure.js";
import { html } from "../ui/dom.js";
import { isDark } from "../ui/theme.js";
import type { ExportFormat, Reply } from "../wire/editor_state.js";
import type { Desk } from "./desk.js";

export interface ExportedFile {
  readonly blob: Blob;
  readonly filename: string;
}

/** Name of every file, as in Python. */
const STEM = "tensor_network";
/** Pixels of the PNG per unit of the SVG. */
const PNG_SCALE = 2;
/** Pixels of a side of the PNG at most: browsers draw nothing on larger canvases. */
const MAX_PIXELS = 8192;

/** Return the file of a format; rejects with a sentence where Python cannot write it. */
export async function exportAs(desk: Desk, format: ExportFormat | "png"): Promise<ExportedFile> {
  if (format === "json") {
    const text = JSON.stringify(toRecord(desk.store.committed), null, 2);
    return { blob: new Blob([text], { type: "application/json" }), filename: `${STEM}.json` };
  }
  const dark = isDark(desk.root);
  const reply = await desk.link.send<Reply>({ kind: "export", format: format === "png" ? "svg" : format, dark });
  const text = reply.text ?? "";
  if (format === "png") return { blob: await rasterise(text, dark), filename: `${STEM}.png` };
  return { blob: new Blob([text], { type: "text/plain" }), filename: reply.filename ?? `${STEM}.${format}` };
}

/** Draw an SVG text on a canvas. */
async function rasterise(text: string, dark: boolean): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(PNG_SCALE, MAX_PIXELS / Math.max(image.width, image.height, 1));
    const canvas = html("canvas", { width: Math.ceil(image.width * scale), height: Math.ceil(image.height * scale) });
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("This browser cannot draw a PNG.");
    context.fillStyle = dark ? "#111111" : "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for a PNG.")))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
