/** Light or dark, as the page around a widget is; styles alone cannot tell, since a widget may lie in a shadow root. */

/** Attributes of the page and its body by which hosts tell of their theme. */
const TOLD_BY = ["data-jp-theme-light", "data-jp-theme-name", "data-theme", "class", "style"];

/** The class of a root that is drawn in dark colours. */
const DARK = "tn-dark";

/** Whether a widget is drawn in dark colours now. */
export const isDark = (element: Element): boolean => element.closest(`.${DARK}`) !== null;

/** Give a root the class tn-dark while the page around it is dark. */
export function followTheme(root: HTMLElement, signal: AbortSignal): void {
  const follow = (): void => void root.classList.toggle(DARK, isPageDark(root));
  follow();
  onTheme(follow, signal);
}

/** Call `changed` when the page may have switched between light and dark. */
export function onTheme(changed: () => void, signal: AbortSignal): void {
  if (typeof MutationObserver !== "undefined") {
    const observer = new MutationObserver(changed);
    for (const told of [document.documentElement, document.body]) observer.observe(told, { attributes: true, attributeFilter: TOLD_BY });
    signal.addEventListener("abort", () => observer.disconnect());
  }
  if (typeof matchMedia !== "undefined") matchMedia("(prefers-color-scheme: dark)").addEventListener?.("change", changed, { signal });
}

/** Whether Jupyter says so, or the colour scheme that the page sets; where it sets none, whether the person prefers it. */
function isPageDark(root: HTMLElement): boolean {
  const light = document.body.dataset.jpThemeLight;
  if (light !== undefined) return light === "false";
  const scheme = getComputedStyle(root.parentElement ?? document.body).colorScheme ?? "";
  const dark = scheme.includes("dark");
  if (dark !== scheme.includes("light")) return dark;
  return typeof matchMedia !== "undefined" && matchMedia("(prefers-color-scheme: dark)").matches;
}
