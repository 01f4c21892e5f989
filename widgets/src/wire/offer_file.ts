/** Files that a widget hands to the person, as downloads of the browser. */

import { html } from "../ui/dom.js";

/** Milliseconds until a file's bytes are given up: browsers begin to read them within a second or so. */
const KEPT_MS = 10_000;

/** Hand a file to the browser's downloads. */
export function offerFile(name: string, content: Blob | Uint8Array): void {
  const blob = content instanceof Blob ? content : new Blob([content as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" });
  const url = URL.createObjectURL(blob);
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
