/** Files dropped anywhere on a widget. */

import { html, listen, setText } from "../ui/dom.js";

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Show where a file may be dropped while one is dragged over the root, and hand it over. */
export function dropZone(root: HTMLElement, take: (file: File) => void, signal: AbortSignal, words: () => string): void {
  const text = html("span", {});
  const veil = html("div", { class: "tnx-veil", hidden: "", "aria-hidden": "true" }, text);
  root.append(veil);
  let depth = 0;
  const on = (type: "dragenter" | "dragover" | "dragleave" | "drop", act: (event: DragEvent) => void): void =>
    listen(root, type, (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      act(event);
      if (type === "dragenter") setText(text, `Drop ${words()}`);
      veil.hidden = depth <= 0;
    }, signal);
  on("dragenter", () => (depth += 1));
  on("dragleave", () => (depth -= 1));
  on("dragover", (event) => {
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  on("drop", (event) => {
    depth = 0;
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
}
