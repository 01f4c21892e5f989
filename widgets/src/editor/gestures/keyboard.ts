/** Key presses on the editor: they run commands, and stay in the widget unless the page needs them. */

import { isField, listen } from "../../ui/dom.js";
import { keepKeys } from "../../ui/keep_keys.js";
import type { Popups } from "../../ui/popup.js";
import { type Command, run } from "../commands.js";
import type { Desk } from "../desk.js";
import { openField } from "../drawing_commands.js";
import type { Gestures } from "./gestures.js";
import { commandOf, type Focus } from "./shortcuts.js";

const NATIVE_ON_BUTTONS: ReadonlySet<Command> = new Set(["enter", "toggle", "left", "right", "up", "down", "escape"]);

export function listenToKeys(desk: Desk, gestures: Gestures, popups: Popups): void {
  const { root, stage, signal } = desk;
  const focus = (): Focus => stage.focusedItem?.kind ?? "none";

  const command = (event: KeyboardEvent): Command | null => {
    if (event.defaultPrevented || isField(event.target) || popups.isOpen || event.isComposing) return null;
    const found = commandOf(event, focus());
    const onButton = event.target instanceof Element && event.target.closest("button") !== null;
    return found !== null && onButton && NATIVE_ON_BUTTONS.has(found) ? null : found;
  };
  keepKeys(root, signal, (event) => command(event) !== null);
  listen(root, "keydown", (event) => {
    const found = command(event);
    if (found === null) return;
    event.preventDefault();
    if (found === "escape" && gestures.cancel()) return;
    if (found === "type") openField(desk, stage.focusedItem, event.key);
    else if (found === "toggle" && stage.focusedItem === null) return;
    else run(desk, found, event.shiftKey);
  }, signal);
}
