/** The button that uploads a file, and the bar of an upload on its way. */

import { button } from "../ui/buttons.js";
import { focused, html, setText } from "../ui/dom.js";
import { filePicker } from "../ui/fields.js";
import { formatBytes } from "../ui/format.js";
import type { Uploader } from "../wire/upload.js";

export interface UploadBox {
  element: HTMLElement;
  show(part: number | null, name: string): void;
}

export function uploadBox(uploads: Uploader, signal: AbortSignal): UploadBox {
  const { suffixes, words, max_bytes } = uploads.kinds;
  const picker = filePicker({ accept: suffixes.join(), label: "file to upload", field: "file" }, (file) => uploads.send(file), signal);
  const start = button({
    icon: "upload", text: "Upload", label: "Upload a file", action: "upload",
    tip: `Upload ${words}, up to ${formatBytes(max_bytes)}; you may drop it anywhere here. Its name ends in ${suffixes.join(", ")}.`,
    onPress: () => picker.click(),
  }, signal);
  const bar = html("progress", { max: 1, value: 0, "aria-label": "upload" });
  const name = html("span", { class: "tnx-upload-name" });
  const cancel = button({ icon: "close", label: "Cancel the upload", tip: "Cancel the upload", action: "cancel-upload", onPress: () => uploads.cancel() }, signal);
  const running = html("span", { class: "tnx-uploading", hidden: "" }, name, bar, cancel);
  return {
    element: html("span", { class: "tnx-upload" }, picker, start, running),
    show(part, file) {
      const refocus = part === null && running.contains(focused(running));
      start.hidden = part !== null;
      running.hidden = part === null;
      bar.value = part ?? 0;
      setText(name, file);
      if (refocus) start.focus();
    },
  };
}
