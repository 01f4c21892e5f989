/** The field of the target error. */

import { focused, html } from "../ui/dom.js";
import { typed } from "../ui/fields.js";
import { explain } from "../ui/tooltip.js";
import type { Link } from "../wire/link.js";

/** Read the target error; returns a sentence where the text is none. */
export function parseTarget(text: string): number | string {
  const value = Number(text.trim().replace(",", "."));
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  return `The target error is a number above 0 and at most 1, but "${text.trim().slice(0, 20)}" was typed.`;
}

export interface TargetEvents {
  choose(value: number): void;
  complain(sentence: string): void;
}

export function targetField(link: Pick<Link<{ target_error: number }>, "get" | "on">, events: TargetEvents, signal: AbortSignal): HTMLElement {
  const input = html("input", { class: "tnx-field tnx-target-field", type: "text", inputmode: "decimal", maxlength: 12, "data-field": "target" });
  explain(input, "The relative error you aim at; it is marked in the chart. It does not stop the fit.");
  const show = (): void => {
    const target = link.get("target_error");
    if (focused(input) !== input && target !== undefined) input.value = String(target);
  };
  typed(input, { read: parseTarget, take: events.choose, complain: events.complain, written: () => String(link.get("target_error")) }, signal);
  link.on(["target_error"], show, signal);
  show();
  return html("label", { class: "tnx-label" }, "target error ", input);
}

