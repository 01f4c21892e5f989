/** The banner across the page while Python does not answer: what that means, the drawing as a file, a fresh page. */

import { button } from "../ui/buttons.js";
import { html, listen, setAttributes, setText } from "../ui/dom.js";
import { offerFile } from "../wire/offer_file.js";
import type { ExplorerContext } from "./context.js";

/** Milliseconds between two questions whether Python is there, and without an answer until the banner shows. */
const ASK_MS = 2000;
const LOST_MS = 5000;

const OFFLINE = "This computer has no connection to the network: nothing is fitted until it is back.";

export function lostBanner({ root, link, editor }: ExplorerContext, signal: AbortSignal): HTMLElement {
  const words = html("span", {});
  const save = button({
    text: "save the drawing", label: "save the drawing as a file", action: "save-drawing", tip: "Save the drawn structure as a JSON file, which Import opens; this needs no kernel.",
    onPress: () => offerFile("tensor_network.json", new TextEncoder().encode(JSON.stringify(editor.structure()))),
  }, signal);
  const again = button({ text: "reload", label: "reload the page", action: "reload", tip: "Load the page again; what was not saved is lost.", onPress: () => location.reload() }, signal);
  const banner = html("div", { class: "tnx-lost", role: "alert", hidden: "" }, words, save, again);
  let heard = performance.now();

  const show = (): void => {
    const silence = performance.now() - heard;
    const lost = silence > LOST_MS || link.silent || !navigator.onLine;
    const told = `Python has not answered for ${Math.round(silence / 1000)} s: it is busy with something else, or gone. What is drawn stays here.`;
    setText(words, lost ? (navigator.onLine ? told : OFFLINE) : "");
    banner.hidden = !lost;
    setAttributes(root, { "data-lost": lost ? "" : null });
  };
  const answered = (): void => {
    heard = performance.now();
    show();
  };
  const ask = (): void => {
    if (document.visibilityState === "hidden") heard = performance.now(); // browsers slow hidden pages down
    else link.send({ kind: "heartbeat" }).then(answered, show);
    show();
  };
  const timer = setInterval(ask, ASK_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  link.onSilence((silent) => (silent ? show() : answered()), signal);
  for (const type of ["online", "offline"] as const) listen(window, type as never, show, signal);
  return banner;
}
