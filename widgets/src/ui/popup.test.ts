// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { confirm, Popups } from "./popup.js";

let root: HTMLElement;
let opener: HTMLButtonElement;
let end: AbortController;
let popups: Popups;
const home = vi.fn();
const press = (key: string, held: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held });
  (document.activeElement ?? root).dispatchEvent(event);
  return event;
};
const found = (selector: string): HTMLElement => root.querySelector(selector) as HTMLElement;

beforeEach(() => {
  document.body.replaceChildren();
  root = document.body.appendChild(document.createElement("div"));
  opener = root.appendChild(document.createElement("button"));
  opener.focus();
  end = new AbortController();
  home.mockClear();
  popups = new Popups(root, end.signal, home);
});
afterEach(() => end.abort());

describe("a sheet", () => {
  const ok = (): HTMLElement => found("[data-action=ok]");
  const close = (): HTMLElement => found("[data-action=close]");
  beforeEach(() => {
    popups.sheet("Question", (body) => {
      const button = document.createElement("button");
      button.dataset["action"] = "ok";
      body.append(button);
    });
  });

  it("keeps the focus: Tab leads from its last stop to its first, Shift+Tab back", () => {
    ok().focus();
    expect(press("Tab").defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(close());
    expect(press("Tab", { shiftKey: true }).defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(ok());
  });
  it("leaves Tab to the browser between its stops", () => {
    close().focus();
    expect(press("Tab").defaultPrevented).toBe(false);
    ok().focus();
    expect(press("Tab", { shiftKey: true }).defaultPrevented).toBe(false);
  });
  it("gives the focus back when Escape closes it", () => {
    expect(document.activeElement).toBe(close());
    press("Escape");
    expect(popups.isOpen).toBe(false);
    expect(document.activeElement).toBe(opener);
  });
  it("sends the focus home when its opener is gone", () => {
    opener.remove();
    press("Escape");
    expect(home).toHaveBeenCalledOnce();
  });
  it("closes at a press outside, not at one inside", () => {
    found(".tn-sheet-body").dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, composed: true }));
    expect(popups.isOpen).toBe(true);
    document.body.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true, composed: true }));
    expect(popups.isOpen).toBe(false);
  });
});

describe("a menu", () => {
  const run = vi.fn();
  beforeEach(() => {
    run.mockClear();
    popups.menu("Export", [
      { label: "JSON", action: "json", run },
      { label: "SVG", action: "svg", run, more: { label: "Copy", hint: "Copy SVG", run } },
    ], { x: 0, y: 0 });
  });
  const focusedAction = (): string | null | undefined => document.activeElement?.getAttribute("data-action");

  it("is walked with arrow keys, around its ends and into a second button", () => {
    expect(focusedAction()).toBe("json");
    press("ArrowUp");
    expect(focusedAction()).toBe("svg");
    press("ArrowRight");
    expect(focusedAction()).toBe("svg:copy");
    press("ArrowDown");
    expect(focusedAction()).toBe("json");
    press("End");
    expect(focusedAction()).toBe("svg");
  });
  it("closes before it does what was chosen", () => {
    run.mockImplementation(() => expect(popups.isOpen).toBe(false));
    found("[data-action=svg]").click();
    expect(run).toHaveBeenCalledOnce();
    expect(document.activeElement).toBe(opener);
  });
});

describe("a question", () => {
  const done = vi.fn();
  beforeEach(async () => {
    done.mockReset();
    confirm(popups, { title: "Delete it?", text: "It cannot be brought back.", yes: "Delete it" }, done);
    await Promise.resolve();
  });

  it("puts the focus on the answer that does nothing", () => {
    expect(document.activeElement).toBe(found("[data-action=no]"));
    found("[data-action=no]").click();
    expect([done.mock.calls.length, popups.isOpen]).toEqual([0, false]);
  });
  it("acts on yes only, when it is gone", () => {
    done.mockImplementation(() => expect(popups.isOpen).toBe(false));
    found("[data-action=yes]").click();
    expect(done).toHaveBeenCalledOnce();
  });
});
