/** The Explorer laid over the workbench with a structure of the search: a part of the workbench's piece. */

import { mountExplorer } from "../../explorer/explorer.js";
import { button } from "../../ui/buttons.js";
import { focused, html, listen, setText } from "../../ui/dom.js";
import type { ExplorerMessage, ExplorerState } from "../../wire/explorer_state.js";
import { part } from "../../wire/link.js";
import type { OpenedExplorer, WorkbenchLink } from "../../wire/workbench_state.js";

export interface ExplorerOverlay {
  element: HTMLElement;
  /** Show the Explorer of an evaluation, or none. */
  show(opened: OpenedExplorer | null): void;
}

/** Elements inside which Escape does something else. */
const OWN_ESCAPE = "input, textarea, select, .tn-menu, .tn-sheet, .tn-diagram, [role='listbox']";

export interface ExplorerEvents {
  back(): void;
  /** The page behind is covered, or seen again. */
  cover(covered: boolean): void;
}

export function explorerOverlay(link: Pick<WorkbenchLink, "transport">, { back, cover }: ExplorerEvents, signal: AbortSignal): ExplorerOverlay {
  /** The part that is shown; "" for none. */
  let shown = "";
  let end = new AbortController();
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
    if (shown === "") return;
    shown = "";
    end.abort();
    place.replaceChildren();
    element.hidden = true;
    cover(false);
    if (home?.isConnected) home.focus({ preventScroll: true });
  };
  signal.addEventListener("abort", () => end.abort());

  const open = async (name: string): Promise<void> => {
    shown = name;
    const mine = (end = new AbortController());
    home = focused(element) as HTMLElement | null;
    element.hidden = false;
    cover(true);
    setText(words, "Opening\u2026");
    close.focus({ preventScroll: true });
    element.scrollIntoView?.({ block: "nearest" });
    try {
      const inner = part<ExplorerState, ExplorerMessage>(link, name, mine.signal);
      await inner.ready;
      if (mine.signal.aborted) return;
      mountExplorer(place.appendChild(html("div", {})), inner, mine.signal);
      setText(words, "");
    } catch (error) {
      if (!mine.signal.aborted) setText(words, `The Explorer could not be shown: ${(error as Error).message}`);
    }
  };
  return {
    element,
    show(opened) {
      const name = opened?.part ?? "";
      if (name === shown) return;
      hide();
      if (name !== "") void open(name);
    },
  };
}
