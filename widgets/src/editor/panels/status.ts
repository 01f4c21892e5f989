/** Sentences of the editor: errors and notices over the diagram, the spoken region, the hint of the first visit. */

import { html, setAttributes, setText } from "../../ui/dom.js";
import { speak } from "../../ui/notices.js";
import { storedText, storeText } from "../../ui/storage.js";
import { SILENT_KERNEL } from "../../wire/link.js";
import type { Store } from "../store.js";

/** Milliseconds that a passing notice is shown. */
const PASSING_MS = 6000;

export class Status {
  readonly line = html("div", { class: "tn-status", "data-status": "" });
  readonly live = html("div", { class: "tn-live", role: "status", "aria-live": "polite" });
  private failure = "";
  private passing = "";
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly root: HTMLElement,
    private readonly store: Store,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  say(sentence: string): void {
    speak(this.live, sentence);
  }

  /** Speak, and show for a while. */
  tell(sentence: string): void {
    this.passing = sentence;
    this.say(sentence);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pass(), PASSING_MS);
    this.refresh();
  }

  private pass(): void {
    this.passing = "";
    this.refresh();
  }

  /** Show a failure until the next edit; "" clears it. */
  fail(sentence: string): void {
    if (sentence === this.failure || sentence === SILENT_KERNEL) return; // the line says that as long as it lasts
    this.failure = sentence;
    this.say(sentence);
    this.refresh();
  }

  /** Clear failures and notices: a new draft is shown. */
  renew(): void {
    this.failure = this.passing = "";
    clearTimeout(this.timer);
    this.refresh();
  }

  refresh(): void {
    const { error, notice, silent } = this.store;
    const wrong = error === "" ? "" : `Not applied: ${error}`;
    const sentence = this.failure || wrong || (silent ? SILENT_KERNEL : "") || this.passing || notice;
    const grave = sentence !== "" && (sentence === this.failure || sentence === wrong || silent);
    setText(this.line, sentence);
    setAttributes(this.line, { "data-grave": grave ? "" : null });
    setAttributes(this.root, { "data-state": error === "" ? null : "error" });
  }
}

const HINT = "Drag from one core to another to add a bond. Scroll on a bond to change its rank.";
const SEEN = "tnlab-hint-seen";

/** The line over the diagram that goes away at the first edit and never returns. */
export function makeHint(useless: boolean): { element: HTMLElement; dismiss(): void } {
  const element = html("div", { class: "tn-hint", "data-hint": "", hidden: useless || storedText(SEEN) !== null ? "" : null }, HINT);
  return {
    element,
    dismiss() {
      if (element.hidden) return;
      element.hidden = true;
      storeText(SEEN, "1");
    },
  };
}
