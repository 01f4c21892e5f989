/** Menus and sheets over a widget: at most one is open; Escape or a press outside closes it. */

import { focused, html, listen } from "./dom.js";
import { ACROSS, arrowKeys, UP_AND_DOWN } from "./roving.js";
import { explain } from "./tooltip.js";

export interface MenuRow {
  readonly label: string;
  readonly keys?: string;
  readonly action: string;
  run(): void;
  /** Shown where the pointer rests, and read after the label. */
  readonly hint?: string;
  /** Drawn as disabled; `run` then says why. */
  readonly idle?: boolean;
  /** A second button at the end of the row. */
  readonly more?: { label: string; hint: string; run(): void };
}

/** Holds at most one popup; opening another closes the first. */
export class Popups {
  private element: HTMLElement | null = null;
  private ended = new AbortController();
  private back: Element | null = null;

  constructor(
    private readonly root: HTMLElement,
    private readonly signal: AbortSignal,
    private readonly home: () => void,
  ) {
    listen(root.ownerDocument, "pointerdown", (event) => {
      if (this.element !== null && !event.composedPath().includes(this.element)) this.close(false);
    }, { signal, capture: true });
  }

  get isOpen(): boolean {
    return this.element !== null;
  }

  close(refocus = true): void {
    const element = this.element;
    if (element === null) return;
    this.element = null;
    const held = element.contains(focused(this.root));
    this.ended.abort();
    element.remove();
    if (!refocus && !held) return;
    if (this.back?.isConnected) (this.back as HTMLElement).focus({ preventScroll: true });
    else this.home();
  }

  private open(element: HTMLElement): AbortSignal {
    const before = focused(this.root);
    this.close(false);
    this.back = before !== null && this.root.contains(before) ? before : null;
    this.element = element;
    this.ended = new AbortController();
    const signal = AbortSignal.any([this.ended.signal, this.signal]);
    listen(element, "keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    }, signal);
    this.root.append(element);
    return signal;
  }

  /** Open a menu with its corner at a point, in pixels from the root's corner. */
  menu(label: string, rows: readonly MenuRow[], at: { x: number; y: number }): void {
    const element = html("div", { class: "tn-menu", role: "menu", "aria-label": label, "data-tip-row": "" });
    const signal = this.open(element);
    for (const row of rows) {
      const line = html("div", { class: "tn-menu-row", role: "none" });
      const keys = html("kbd", {}, row.keys ?? "");
      line.append(this.menuButton({ ...row, class: "tn-menu-item" }, signal, html("span", {}, row.label), keys));
      if (row.more) line.append(this.menuButton({ ...row.more, name: row.more.hint, action: `${row.action}:copy`, class: "tn-menu-more" }, signal, row.more.label));
      arrowKeys(line, () => [...line.children] as HTMLElement[], { steps: ACROSS }, signal);
      element.append(line);
    }
    const roomX = this.root.clientWidth - element.offsetWidth - 4;
    const roomY = this.root.clientHeight - element.offsetHeight - 4;
    element.style.left = `${Math.max(0, Math.min(at.x, roomX))}px`;
    element.style.top = `${Math.max(0, Math.min(at.y, roomY))}px`;
    // Up and down lead from any button of a row to the first of another.
    const rowsSeenFrom = (target: EventTarget | null): HTMLElement[] =>
      [...element.children].map((line) => ([...line.children].includes(target as Element) ? target : line.firstElementChild) as HTMLElement);
    arrowKeys(element, rowsSeenFrom, { steps: UP_AND_DOWN, around: true }, signal);
    element.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
  }

  /** Open a menu under its owner. */
  menuUnder(label: string, rows: readonly MenuRow[], owner: Element): void {
    const [outer, inner] = [this.root.getBoundingClientRect(), owner.getBoundingClientRect()];
    this.menu(label, rows, { x: inner.left - outer.left, y: inner.bottom - outer.top + 2 });
  }

  private menuButton(row: { action: string; class: string; name?: string; hint?: string; idle?: boolean; run(): void }, signal: AbortSignal, ...children: (Node | string)[]): HTMLElement {
    const button = html("button", { type: "button", role: "menuitem", class: row.class, "data-action": row.action, "aria-label": row.name, "aria-disabled": row.idle ? "true" : null, tabindex: -1 }, ...children);
    explain(button, row.hint ?? "");
    listen(button, "click", () => {
      this.close();
      row.run();
    }, signal);
    return button;
  }

  /** Open a sheet that keeps the focus until it is closed; returns the signal of its end. */
  sheet(title: string, build: (body: HTMLElement, signal: AbortSignal) => void): void {
    const close = html("button", { type: "button", class: "tn-button", "data-action": "close" }, "Close");
    explain(close, "Close (Esc)");
    const body = html("div", { class: "tn-sheet-body", tabindex: 0 });
    const head = html("div", { class: "tn-sheet-head" }, html("strong", {}, title), close);
    const panel = html("div", { class: "tn-sheet-panel" }, head, body);
    const element = html("div", { class: "tn-sheet", role: "dialog", "aria-modal": "true", "aria-label": title }, panel);
    const signal = this.open(element);
    listen(close, "click", () => this.close(), signal);
    listen(element, "pointerdown", (event) => event.target === element && this.close(), signal);
    build(body, signal);
    trapFocus(element, signal);
    (body.querySelector<HTMLElement>("textarea, input") ?? close).focus({ preventScroll: true });
  }
}

const buttonsOf = (element: HTMLElement): HTMLElement[] => [...element.querySelectorAll<HTMLElement>("button, textarea, input, [tabindex='0']")];

function trapFocus(sheet: HTMLElement, signal: AbortSignal): void {
  listen(sheet, "keydown", (event) => {
    if (event.key !== "Tab") return;
    const all = buttonsOf(sheet);
    const here = focused(sheet);
    const [first, last] = [all[0], all[all.length - 1]];
    if (event.shiftKey && here === first) last?.focus();
    else if (!event.shiftKey && here === last) first?.focus();
    else return;
    event.preventDefault();
  }, signal);
}

/** A question with two answers that keeps the focus until it is answered. */
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
