/** Fields: a menu of choices, a text that is read and refused in a sentence, a file to choose. */

import { html, listen, setAttributes, setText } from "./dom.js";
import { keyed } from "./keyed.js";

export interface Choice {
  name: string;
  label: string;
  /** The heading that it stands under. */
  group?: string;
}

/** Give a menu its choices, those with a heading under it, and choose the one of this name. */
export function fillMenu(menu: HTMLSelectElement, choices: readonly Choice[], name: string): void {
  fill(menu, headed(choices));
  menu.value = name;
}

/** A choice, or a heading with the choices under it. */
type Row = Choice & { under?: Choice[] };

function headed(choices: readonly Choice[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { group, ...choice } of choices) {
    const name = group === undefined ? choice.name : `heading: ${group}`;
    const row: Row = rows.get(name) ?? (group === undefined ? choice : { name, label: group, under: [] });
    row.under?.push(choice);
    rows.set(name, row);
  }
  return [...rows.values()];
}

function fill(parent: HTMLElement, rows: readonly Row[]): void {
  keyed<Row, HTMLElement>(parent, rows, {
    key: ({ name }) => name,
    make: ({ name, label, under }) => (under ? html("optgroup", { label }) : html("option", { value: name })),
    update: (element, { label, under }) => (under ? fill(element, under) : setText(element, label)),
    ordered: true,
  });
}

export interface Typed<T> {
  /** Return what a text says, or a sentence where it says nothing. */
  read(text: string): T | string;
  take(value: T): void;
  complain(sentence: string): void;
  /** The text that Escape puts back. */
  written(): string;
}

/** Hand over what is typed into a field; the returned functions do so at once, or put back what was there. */
export function typed<T>(input: HTMLInputElement, { read, take, complain, written }: Typed<T>, signal: AbortSignal): { commit(): void; reset(): void } {
  const reset = (): void => {
    input.value = written();
    setAttributes(input, { "aria-invalid": null });
  };
  const commit = (): void => {
    const value = read(input.value);
    setAttributes(input, { "aria-invalid": typeof value === "string" ? "true" : null });
    if (typeof value === "string") complain(value);
    else take(value);
  };
  listen(input, "change", commit, signal);
  listen(input, "keydown", (event) => event.key === "Escape" && reset(), signal);
  return { commit, reset };
}

/** A hidden field that a press of some button opens to choose a file. */
export function filePicker({ accept, label, field }: { accept: string; label: string; field?: string }, take: (file: File) => void, signal: AbortSignal): HTMLInputElement {
  const picker = html("input", { type: "file", accept, hidden: "", tabindex: -1, "aria-label": label, "data-field": field });
  listen(picker, "change", () => {
    const file = picker.files?.[0];
    if (file) take(file);
    picker.value = ""; // the same file may be chosen again
  }, signal);
  return picker;
}
