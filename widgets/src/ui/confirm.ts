/** A question with two answers that keeps the focus until it is answered. */

import { html, listen } from "./dom.js";
import type { Popups } from "./popup.js";

export interface Question {
  title: string;
  text: string;
  /** The text of the button that confirms. */
  yes: string;
}

/** Ask; `done` is called only on yes. The focus is on No at first, and goes back to where it was. */
export function confirm(popups: Popups, { title, text, yes }: Question, done: () => void): void {
  popups.sheet(title, (body, signal) => {
    const no = html("button", { type: "button", class: "tnx-button", "data-action": "no", autofocus: true }, "Keep it");
    const sure = html("button", { type: "button", class: "tnx-button tnw-grave", "data-action": "yes" }, yes);
    body.append(html("p", {}, text), html("div", { class: "tn-row" }, no, sure));
    listen(no, "click", () => popups.close(), signal);
    listen(sure, "click", () => {
      popups.close();
      done();
    }, signal);
    queueMicrotask(() => no.focus({ preventScroll: true }));
  });
}
