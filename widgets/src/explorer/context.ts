/** What the parts of the Explorer's page share: the link to Python, the editor, the visits, and how to say something. */

import type { EditorHandle } from "../editor/editor.js";
import type { Tooltip } from "../ui/tooltip.js";
import type { Tell } from "../wire/commands.js";
import type { ExplorerCommand, ExplorerLink, FitState } from "../wire/explorer_state.js";
import { said } from "../wire/link.js";
import { freshness } from "./numbers_panel.js";
import type { Visits } from "./visits.js";

export interface ExplorerContext {
  root: HTMLElement;
  link: ExplorerLink;
  /** Send a command; an error in its answer is shown. */
  tell: Tell<ExplorerCommand>;
  tip: Tooltip;
  editor: EditorHandle;
  visits: Visits;
  /** Show a sentence about an error; "" takes it away. */
  complain(sentence: string): void;
  /** Speak a sentence through the polite live region. */
  say(sentence: string): void;
  /** Call a function after every change of the draft, before Python has answered. */
  onDraft(changed: () => void): void;
  /** Call a function when the visits, or the visit that is drawn, have changed. */
  onVisits(changed: () => void): void;
}

/** The newest report of the fit; null before the first, or where it belongs to an earlier draft. */
export function fitOf({ link, editor }: ExplorerContext): FitState | null {
  const state = said<FitState>(link.get("fit"));
  return state?.edit === editor.report().edit ? state : null;
}

/** The relative error of the draft; null before its first sweep. */
export const errorOf = (context: ExplorerContext): number | null => fitOf(context)?.relative_error ?? null;

/** The visit that is the structure on screen; 0 for none, as after an edit that is not fitted yet. */
export function visitOf({ link, editor, visits }: ExplorerContext): number {
  return freshness(said<FitState>(link.get("fit")), editor.report().edit) === "old" ? 0 : visits.currentId;
}
