/** The menu of the files that leave the page: fitted cores, the reconstruction, the trade-off, the page; and the line that shares it. */

import { button } from "../ui/buttons.js";
import { html, setText } from "../ui/dom.js";
import type { Reply } from "../wire/editor_state.js";
import type { FileOfPage } from "../wire/explorer_state.js";
import type { ExplorerContext } from "./context.js";

const FILES: readonly [FileOfPage, string][] = [
  ["safetensors", "fitted cores (.safetensors)"],
  ["npz", "fitted cores (.npz, for NumPy)"],
  ["reconstruction", "reconstruction (.npy)"],
  ["trade_off", "trade-off (.csv)"],
  ["page", "this page (.html, opens without Python)"],
];

export function fileMenu({ tell, link, say, complain }: Pick<ExplorerContext, "tell" | "link" | "say" | "complain">, signal: AbortSignal): HTMLElement {
  const which = html("select", { "aria-label": "What to save as a file", "data-field": "file" });
  for (const [value, words] of FILES) which.append(html("option", { value }, words));
  const save = button({
    text: "save as a file", label: "save as a file what is chosen", action: "export-file",
    tip: "Save what is chosen; the file is named by the data and the structure.",
    onPress: () => tell({ kind: "export_file", what: which.value as FileOfPage }),
  }, signal);
  const note = html("output", { "data-field": "shared" });
  const copy = async (): Promise<void> => {
    try {
      const { text = "" } = await link.send<Reply>({ kind: "share" });
      await navigator.clipboard.writeText(text);
      setText(note, "Copied: Explorer.from_link(\u2026)");
      say("Copied a line of Python that opens this data and structure again.");
    } catch (error) {
      setText(note, "");
      complain((error as Error).message);
    }
  };
  const share = button({
    text: "share", label: "share: copy a line that opens this", action: "share",
    tip: "Copy a line of Python that opens this data, cut, structure, seed and target again. Cores are fitted anew; a saved session carries them.",
    onPress: () => void copy(),
  }, signal);
  return html("div", { class: "tnx-session" }, which, save, share, note);
}
