/** The sentence under the header: what is on the page, live; each word of the field says what it means. */

import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { explain } from "../../ui/tooltip.js";
import type { DataRecord } from "../../wire/data_state.js";
import { said } from "../../wire/link.js";
import { type ExplorerContext, fitOf } from "../context.js";
import { GLOSSARY, type Word } from "./glossary.js";
import { type Part, plainWords } from "./plain_words.js";

export function sentence(context: ExplorerContext, signal: AbortSignal): HTMLElement {
  const { link, editor } = context;
  const line = html("p", { class: "tnx-sentence", "data-field": "sentence" });
  const note = html("div", { class: "tnx-meaning", role: "note", hidden: "" });
  let opened: Word | null = null;

  const open = (word: Word | null): void => {
    opened = word;
    note.hidden = word === null;
    for (const button of line.querySelectorAll("button")) setAttributes(button, { "aria-expanded": String(button.dataset["word"] === word) });
    if (word !== null) note.replaceChildren(html("strong", {}, GLOSSARY[word].meaning), ` ${GLOSSARY[word].more}`);
  };
  const show = (): void => {
    const { structure, parameters } = editor.report();
    const ranks = structure.bonds.map(({ rank }) => rank);
    const parts = plainWords({ data: said<DataRecord>(link.get("data")), cores: structure.cores.length, ranks, parameters, fit: fitOf(context) });
    write(line, parts);
  };
  listen(line, "click", ({ target }) => {
    const word = (target as HTMLElement).closest("button")?.dataset["word"] as Word | undefined;
    if (word) open(word === opened ? null : word);
  }, signal);
  for (const part of [line, note]) listen(part, "keydown", (event) => event.key === "Escape" && open(null), signal);
  link.on(["data", "fit"], show, signal);
  context.onDraft(show);
  show();
  return html("div", {}, line, note);
}

/** Write the parts in place: a word keeps its element, and with it the focus, while numbers change. */
function write(line: HTMLElement, parts: readonly Part[]): void {
  const shape = parts.map((part) => (typeof part === "string" ? "" : part.word)).join("|");
  if (line.dataset["shape"] !== shape) {
    line.dataset["shape"] = shape;
    line.replaceChildren(...parts.map((part) => (typeof part === "string" ? html("span") : wordButton(part.word))));
  }
  parts.forEach((part, place) => setText(line.children[place] as Element, typeof part === "string" ? part : part.text));
}

function wordButton(word: Word): HTMLElement {
  const button = html("button", { type: "button", class: "tnx-word", "data-word": word, "aria-expanded": "false" });
  explain(button, `${GLOSSARY[word].meaning} Click for more.`);
  return button;
}
