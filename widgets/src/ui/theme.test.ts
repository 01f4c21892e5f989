// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { followTheme } from "./theme.js";

let prefers = false;
let end = new AbortController();
beforeEach(() => {
  end = new AbortController();
  vi.stubGlobal("matchMedia", () => ({ matches: prefers, addEventListener: () => {} }));
});
afterEach(() => {
  end.abort();
  vi.unstubAllGlobals();
  document.body.removeAttribute("data-jp-theme-light");
});

/** Whether a widget on a page with this colour scheme is dark. */
function shown(scheme = "", jupyterLight?: string): HTMLElement {
  const around = document.createElement("div");
  document.body.replaceChildren(around);
  vi.stubGlobal("getComputedStyle", (element: Element) => ({ colorScheme: element === around ? scheme : "normal" }));
  if (jupyterLight !== undefined) document.body.dataset.jpThemeLight = jupyterLight;
  const root = around.appendChild(document.createElement("div"));
  followTheme(root, end.signal);
  return root;
}
const dark = (root: HTMLElement): boolean => root.classList.contains("tn-dark");

it.each([
  ["normal", undefined, true, true],
  ["normal", undefined, false, false],
  ["light", undefined, true, false],
  ["dark", undefined, false, true],
  ["light dark", undefined, true, true],
  ["light", "false", false, true],
  ["dark", "true", true, false],
] as const)("a page of scheme %s, in Jupyter %s, where dark is preferred %s, is dark: %s", (scheme, jupyter, preferred, expected) => {
  prefers = preferred;
  expect(dark(shown(scheme, jupyter))).toBe(expected);
});
it.each([
  ["its class", () => document.documentElement.classList.add("dark")],
  ["its attribute data-theme", () => document.documentElement.setAttribute("data-theme", "dark")],
  ["its style", () => document.documentElement.style.setProperty("color-scheme", "dark")],
  ["the style of its body", () => document.body.style.setProperty("color-scheme", "dark")],
])("follows a page that tells by %s", async (_, tell) => {
  const root = shown("light");
  vi.stubGlobal("getComputedStyle", () => ({ colorScheme: "dark" }));
  tell();
  await vi.waitFor(() => expect(dark(root)).toBe(true));
  for (const told of [document.documentElement, document.body]) for (const name of ["class", "style", "data-theme"]) told.removeAttribute(name);
});
it("follows a switch of the host until the widget is gone", async () => {
  const root = shown("light", "true");
  document.body.dataset.jpThemeLight = "false";
  await vi.waitFor(() => expect(dark(root)).toBe(true));
  end.abort();
  document.body.dataset.jpThemeLight = "true";
  await Promise.resolve();
  expect(dark(root)).toBe(true);
});
