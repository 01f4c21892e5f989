/** The desk: what the parts of one editor share. */

import type { Edit } from "../structure/edits.js";
import { type Item, NOTHING } from "../structure/selection.js";
import type { MenuRow } from "../ui/popup.js";
import type { EditorLink } from "../wire/editor_state.js";
import type { Stage } from "./stage.js";
import type { Store } from "./store.js";

/** Whether the measures of the network's graph are shown over the diagram. */
export interface GraphSwitch {
  readonly shown: boolean;
  toggle(): void;
}

/** The small field that opens on a bond or leg to type its number. */
export interface NumberField {
  /** Open with a value; one that was `typed` is the first digit of a new number, any other is replaced by typing. */
  open(item: Item, value: string, what: string, typed: boolean): void;
  readonly isOpen: boolean;
}

export interface Desk {
  readonly root: HTMLElement;
  readonly store: Store;
  readonly stage: Stage;
  readonly link: EditorLink;
  readonly field: NumberField;
  readonly signal: AbortSignal;
  readonly graph: GraphSwitch;
  /** Speak, and show as a passing notice. */
  tell(sentence: string): void;
  /** Show a sentence about something that failed; "" takes it away. */
  fail(sentence: string): void;
  show(panel: "help" | "import" | "export" | "menu"): void;
  /** Open a menu under the button it belongs to. */
  menu(label: string, rows: readonly MenuRow[], owner: Element): void;
}

/** Make an edit and focus the first item that it selects, so that the next key acts on it. */
export function commitAndFocus(desk: Desk, edit: Edit | null, merge = ""): void {
  if (edit === null) return;
  desk.store.commit(edit, merge);
  const { cores, bonds, legs } = edit.select ?? NOTHING;
  const item: Item | null =
    bonds[0] !== undefined ? { kind: "bond", id: bonds[0] }
    : cores[0] !== undefined ? { kind: "core", id: cores[0] }
    : legs[0] !== undefined ? { kind: "leg", id: legs[0] }
    : null;
  if (item !== null) desk.stage.focusOn(item);
}
