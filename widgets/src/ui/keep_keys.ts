/** The rule that keeps a widget's key presses from the notebook around it. */

import { isField, listen } from "./dom.js";

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Whether a key press must stay in the widget: all but saving, and modified keys that it does not use. */
export function staysInside(press: KeyPress, used: boolean): boolean {
  const modified = press.ctrlKey || press.metaKey || press.altKey;
  return !modified || (used && press.key.toLowerCase() !== "s");
}

/** Keep key presses from the notebook, where x would cut a cell; `uses` says which modified keys the widget uses beside those in fields. */
export function keepKeys(root: HTMLElement, signal: AbortSignal, uses: (event: KeyboardEvent) => boolean = () => false): void {
  for (const type of ["keydown", "keyup", "keypress"] as const) {
    listen(root, type, (event) => {
      if (staysInside(event, isField(event.target) || uses(event))) event.stopPropagation();
    }, signal);
  }
}
