/** Keys of a widget and those of the page around it. */

import { listen } from "./dom.js";
import { staysInside } from "../editor/gestures/shortcuts.js";

/** No key that the widget may keep reaches the notebook, where x would cut a cell. */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  for (const type of ["keydown", "keyup", "keypress"] as const) {
    listen(root, type, (event) => {
      const typing = event.target instanceof Element && event.target.matches("input, select, textarea");
      if (staysInside(event, typing)) event.stopPropagation();
    }, signal);
  }
}
