/** The menu of the files that leave the page: fitted cores, the reconstruction, the trade-off, the page. */

import { button } from "../ui/buttons.js";
import { html } from "../ui/dom.js";
import type { FileOfPage } from "../wire/explorer_state.js";
import type { ExplorerContext } from "./context.js";

const FILES: readonly [FileOfPage, string][] = [
  ["safetensors", "fitted cores (.safetensors)"],
  ["npz", "fitted cores (.npz, for NumPy)"],
  ["reconstruction", "reconstruction (.npy)"],
  ["trade_off", "trade-off (.csv)"],
  ["page", "this page (.html, opens without Python)"],
];

export function fileMenu({ tell }: Pick<ExplorerContext, "tell">, signal: AbortSignal): HTMLElement {
  const which = html("select", { "aria-label": "What to save as a file", "data-field": "file" });
  for (const [value, words] of FILES) which.append(html("option", { value }, words));
  const save = button({
    text: "save as a file", label: "save as a file what is chosen", action: "export-file",
    tip: "Save what is chosen; the file is named by the data and the structure.",
    onPress: () => tell({ kind: "export_file", what: which.value as FileOfPage }),
  }, signal);
  return html("div", { class: "tnx-session" }, which, save);
}
