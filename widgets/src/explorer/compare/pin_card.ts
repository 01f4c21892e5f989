/** A card of a pin: diagram and picture, which lead back to it, its name to edit, its numbers, and what can be done with it. */

import { smallDiagram } from "../../diagram/small_diagram.js";
import { button } from "../../ui/buttons.js";
import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { formatCount, formatError } from "../../ui/format.js";
import { explain } from "../../ui/tooltip.js";
import type { PinRecord } from "../../wire/explorer_state.js";

/** Characters of a name at most, as Python keeps them. */
const MAX_NAME = 80;

export interface CardHands {
  open(id: number): void;
  rename(id: number, name: string): void;
  remove(id: number): void;
  choose(id: number, chosen: boolean): void;
}

/** The errors of a pin in words. */
export const errorWords = ({ relative_error, running }: PinRecord): string =>
  relative_error === null ? (running ? "error: first sweep is running" : "not fitted") : `error ${formatError(relative_error)}${running ? ", fit is running" : ""}`;

export function pinWords(pin: PinRecord): string {
  return `${pin.name}: ${formatCount(pin.parameters)} parameters, ${errorWords(pin)}${pin.cut_short ? ", cut short" : ""}`;
}

/** Make the card of a pin; its buttons but the first are reached with the arrow keys. */
export function makeCard({ id }: PinRecord, hands: CardHands, signal: AbortSignal): HTMLElement {
  const open = html("button", { type: "button", class: "tnx-pin-open", "data-action": "restore-pin", tabindex: -1 },
    html("span", { class: "tnx-pin-diagram" }), html("span", { class: "tnx-pin-picture" }));
  const name = html("input", { class: "tnx-pin-name", "data-field": "pin-name", maxlength: MAX_NAME, tabindex: -1 });
  const numbers = html("span", { class: "tnx-pin-numbers" });
  const box = html("input", { type: "checkbox", "data-field": "compare", tabindex: -1 });
  const remove = button({ icon: "delete", label: "Take the pin away", tip: "Take this pin away (Delete). It can be brought back.", action: "unpin", attributes: { tabindex: -1 }, onPress: () => hands.remove(id) }, signal);
  const card = html("li", { class: "tnx-pin", "data-pin": id },
    open, html("span", { class: "tnx-pin-text" }, name, numbers), html("label", { class: "tnx-pin-choose" }, html("b", {}), box), remove);
  explain(open, "Go back to these cores.");
  listen(open, "click", () => hands.open(id), signal);
  listen(box, "change", () => hands.choose(id, box.checked), signal);
  listen(name, "change", () => (name.value.trim() ? hands.rename(id, name.value) : (name.value = name.getAttribute("value") ?? "")), signal);
  listen(name, "keydown", (event) => {
    if (event.key === "Escape") name.value = name.getAttribute("value") ?? "";
    if (event.key === "Escape" || event.key === "Enter") open.focus();
  }, signal);
  return card;
}

/** Show a pin; `letter` is what it is called among the two that are compared, "" for another. */
export function showCard(card: HTMLElement, pin: PinRecord, letter: string): void {
  const find = <E extends Element>(selector: string): E => card.querySelector(selector) as E;
  const name = find<HTMLInputElement>(".tnx-pin-name");
  if (name.getAttribute("value") !== pin.name) {
    setAttributes(name, { value: pin.name });
    if (name.ownerDocument.activeElement !== name) name.value = pin.name;
  }
  setAttributes(name, { "aria-label": `Name of the pin ${pin.name}` });
  setText(find(".tnx-pin-numbers"), `${formatCount(pin.parameters)} parameters \u00b7 ${errorWords(pin)}`);
  setAttributes(card, { "data-error": pin.relative_error, "data-running": pin.running ? "" : null });
  explain(find(".tnx-pin-numbers"), pin.cut_short ? `Cut short: ${pin.status}` : pin.running ? "Follows the fit that runs." : pin.status);
  setAttributes(find(".tnx-pin-open"), { "aria-label": `Go back to ${pinWords(pin)}` });
  const box = find<HTMLInputElement>("[data-field=compare]");
  box.checked = letter !== "";
  setText(box.previousElementSibling as Element, letter);
  setAttributes(box, { "aria-label": `Compare ${pin.name}` });
  const diagram = find<HTMLElement>(".tnx-pin-diagram");
  const drawn = JSON.stringify(pin.structure);
  if (diagram.dataset["drawn"] !== drawn) {
    diagram.dataset["drawn"] = drawn;
    diagram.replaceChildren(smallDiagram(pin.structure));
  }
}
