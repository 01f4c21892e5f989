/** A number in large type under the word that it measures. */

import { html, setAttributes, setText } from "../../ui/dom.js";
import { explain, term } from "../../ui/tooltip.js";

export interface BigNumber {
  element: HTMLElement;
  /** Show a text, "\u2013" for null, with the raw value as data-value; and explain the word anew where a story is given, and another word where one is. */
  show(text: string | null, raw: number | null, story?: string, words?: string): void;
}

export function bigNumber(words: string, field: string, story = ""): BigNumber {
  const value = html("b", { class: "tnw-large", "data-field": field }, "\u2013");
  const name = term(words, story);
  return {
    element: html("div", { class: "tnw-count" }, name, value),
    show(text, raw, told, measured) {
      setText(value, text ?? "\u2013");
      setAttributes(value, { "data-value": raw ?? "" });
      if (told !== undefined) explain(name, told);
      if (measured !== undefined) setText(name, measured);
    },
  };
}
