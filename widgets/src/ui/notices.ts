/** Sentences to a person: the alert that stays until it is dismissed, and the live region that a screen reader speaks. */

import { button } from "./buttons.js";
import { html, setText } from "./dom.js";

export interface Alert {
  element: HTMLElement;
  show(sentence: string): void;
  /** Take away what is shown, or only this sentence. */
  hide(sentence?: string): void;
}

export function problemAlert(signal: AbortSignal): Alert {
  const text = html("span", {});
  const box = html("div", { class: "tnx-problem", role: "alert", hidden: "" }, html("b", { "aria-hidden": "true" }, "!"), text);
  const hide = (sentence?: string): void => {
    if (sentence !== undefined && sentence !== text.textContent) return;
    box.hidden = true;
    setText(text, "");
  };
  box.append(button({ icon: "close", label: "Dismiss", tip: "Dismiss", action: "dismiss", onPress: () => hide() }, signal));
  return {
    element: box,
    hide,
    show(sentence) {
      if (!sentence) return hide();
      box.hidden = false;
      setText(text, sentence);
    },
  };
}

/** Speak through a live region; a sentence said twice in a row is heard twice. */
export function speak(live: HTMLElement, sentence: string): void {
  if (sentence !== "") live.textContent = live.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
