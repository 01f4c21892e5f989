/** The Explorer laid over the workbench with a structure of the search; the widget manager makes its view. */

import { button } from "../../ui/buttons.js";
import { html, listen, setText } from "../../ui/dom.js";
import type { WorkbenchModel } from "../../wire/workbench_state.js";

export interface ExplorerOverlay {
  element: HTMLElement;
  /** Follow the trait: "IPY_MODEL_" and an id, or null. */
  show(reference: string | null): void;
}

const PREFIX = "IPY_MODEL_";
/** Elements inside which Escape does something else. */
const OWN_ESCAPE = "input, textarea, select, .tn-menu, .tn-sheet, .tn-diagram, [role='listbox']";

export interface ExplorerEvents {
  back(): void;
  /** The page behind is covered, or seen again. */
  cover(covered: boolean): void;
}

export function explorerOverlay(model: WorkbenchModel, { back, cover }: ExplorerEvents, signal: AbortSignal): ExplorerOverlay {
  let shown: string | null = null;
  let view: { el: HTMLElement; remove(): void } | null = null;
  let home: HTMLElement | null = null;
  const place = html("div", { class: "tnw-explorer-place" });
  const words = html("span", { class: "tnw-note" });
  const leave = (): void => {
    hide();
    back();
  };
  const close = button({ text: "Back to the search", label: "Back to the search", action: "back", tip: "Close the Explorer; the search has gone on. (Esc)", onPress: leave }, signal);
  const element = html("section", { class: "tnw-explorer", role: "dialog", "aria-label": "structure in the Explorer", hidden: "" }, html("div", { class: "tnw-explorer-head" }, close, words), place);
  // The Explorer stops its key events, so this listens in the capture phase.
  listen(element, "keydown", (event) => {
    if (event.key !== "Escape" || (event.target as Element).closest(OWN_ESCAPE) !== null) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  }, { signal, capture: true });
  const hide = (): void => {
    if (shown === null) return;
    shown = null;
    view?.remove();
    view = null;
    place.replaceChildren();
    element.hidden = true;
    cover(false);
    if (home?.isConnected) home.focus({ preventScroll: true });
  };
  signal.addEventListener("abort", () => view?.remove());

  const open = async (reference: string): Promise<void> => {
    shown = reference;
    home = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    element.hidden = false;
    cover(true);
    setText(words, "Opening\u2026");
    close.focus({ preventScroll: true });
    element.scrollIntoView?.({ block: "nearest" });
    const manager = model.widget_manager;
    try {
      if (manager?.create_view === undefined) throw new Error("this page has no widget manager");
      const made = await manager.create_view(await manager.get_model(reference.slice(PREFIX.length)));
      if (shown !== reference || signal.aborted) return made.remove();
      view = made;
      place.replaceChildren(made.el);
      setText(words, "");
    } catch (error) {
      if (shown === reference) setText(words, `The Explorer could not be shown: ${error instanceof Error ? error.message : String(error)}.`);
    }
  };
  return {
    element,
    show(reference) {
      if (reference === shown) return;
      hide();
      if (typeof reference === "string" && reference.startsWith(PREFIX)) void open(reference);
    },
  };
}
