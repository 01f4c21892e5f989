/** The alert that shows a problem in a sentence until it is dismissed. */

import { button } from "./buttons.js";
import { html, setText } from "./dom.js";

export interface Alert {
  element: HTMLElement;
  show(sentence: string): void;
  hide(): void;
}

export function problemAlert(signal: AbortSignal): Alert {
  const text = html("span", {});
  const box = html("div", { class: "tnx-problem", role: "alert", hidden: "" }, html("b", { "aria-hidden": "true" }, "!"), text);
  const hide = (): void => {
    box.hidden = true;
    setText(text, "");
  };
  box.append(button({ icon: "close", label: "Dismiss", tip: "Dismiss", action: "dismiss", onPress: hide }, signal));
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
