/** The small field that opens on a bond or leg to type its number. */

import { MAX_DIGITS, readCount } from "../../structure/counts.js";
import type { Item } from "../../structure/selection.js";
import { html, listen, setAttributes } from "../../ui/dom.js";
import type { NumberField } from "../desk.js";
import type { Stage } from "../stage.js";

export interface NumberFieldEvents {
  commit(item: Item, value: number): void;
  complain(sentence: string): void;
}

export function numberField(stage: Stage, events: NumberFieldEvents, signal: AbortSignal): NumberField {
  const input = html("input", { class: "tn-inline", type: "text", inputmode: "numeric", maxlength: MAX_DIGITS, hidden: "" });
  stage.box.append(input);
  let item: Item | null = null;
  let what = "rank";

  const place = (): void => {
    const at = item && stage.labelOf(item);
    if (!at) return;
    const pixel = stage.toPixels(at);
    input.style.left = `${pixel.x}px`;
    input.style.top = `${pixel.y}px`;
  };
  const close = (refocus: boolean): void => {
    const was = item;
    item = null;
    input.hidden = true;
    events.complain("");
    if (refocus) stage.focusOn(was);
  };
  const finish = (refocus: boolean): void => {
    if (item === null) return;
    const value = readCount(input.value, what);
    if (typeof value === "number") {
      const was = item;
      close(refocus);
      return events.commit(was, value);
    }
    if (!refocus) return close(false);
    setAttributes(input, { "aria-invalid": "true" });
    events.complain(value);
  };
  listen(input, "keydown", (event) => {
    if (event.key === "Enter") finish(true);
    else if (event.key === "Escape") close(true);
    else return;
    event.preventDefault();
  }, signal);
  listen(input, "blur", () => finish(false), signal);
  listen(input, "input", () => setAttributes(input, { "aria-invalid": null }), signal);
  stage.moved = place;

  return {
    open(next, value, label, typed) {
      item = next;
      what = label;
      input.hidden = false;
      input.value = value;
      setAttributes(input, { "aria-label": `${label} of ${next.kind} ${next.id}`, "aria-invalid": null });
      place();
      input.focus({ preventScroll: true });
      input.setSelectionRange(typed ? value.length : 0, value.length);
    },
    get isOpen() {
      return item !== null;
    },
  };
}
