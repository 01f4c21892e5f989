/** The table of shortcuts: which key runs which command, and the rows that the help sheet shows. */

import type { KeyPress } from "../../ui/keep_keys.js";
import type { Command } from "../commands.js";

export type Focus = "core" | "bond" | "leg" | "none";

const CONTROL: Record<string, Command> = {
  z: "undo", y: "redo", c: "copy", x: "cut", v: "paste", d: "duplicate", a: "select_all",
};

const PLAIN: Record<string, Command> = {
  n: "core", b: "bond", l: "leg", c: "collapse", a: "layout", p: "pin", f: "fit", g: "graph", "?": "help",
  delete: "delete", backspace: "delete", escape: "escape", " ": "toggle", enter: "enter", contextmenu: "menu",
};

const ARROW_COMMANDS: Record<string, Command> = {
  arrowleft: "left", arrowright: "right", arrowup: "up", arrowdown: "down",
};

/** Return the command of a key while an item of this kind has the focus, or null where there is none. */
export function commandOf(press: KeyPress, focus: Focus): Command | null {
  const key = press.key.toLowerCase();
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) return key === "z" && press.shiftKey ? "redo" : (CONTROL[key] ?? null);
  if (press.shiftKey && key === "f10") return "menu";
  const counted = focus === "bond" || focus === "leg";
  if (key === "+" || key === "=") return counted ? "raise" : "zoom_in";
  if (key === "-" || key === "_") return counted ? "lower" : "zoom_out";
  if (counted && key === "arrowup") return "raise";
  if (counted && key === "arrowdown") return "lower";
  if (counted && /^[0-9]$/.test(key)) return "type";
  return ARROW_COMMANDS[key] ?? PLAIN[key] ?? null;
}

export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

/** The rows of the help sheet: gestures first, then keys. */
export const SHORTCUTS: readonly { title: string; rows: readonly Shortcut[] }[] = [
  {
    title: "Draw",
    rows: [
      { keys: "Drag a core onto a core", does: "bond them" },
      { keys: "Drag from a core's rim", does: "bond to a core, or pull out a new one" },
      { keys: "Shift + drag from the rim", does: "pull out a leg" },
      { keys: "Double-click, N", does: "add a core (bonded to the selected one)" },
      { keys: "B", does: "bond the selected cores (3 or more: a hyper-bond)" },
      { keys: "Drag from a dot to a core", does: "let the hyper-bond join or leave the core" },
      { keys: "L", does: "give the selected core a leg" },
      { keys: "Drag a leg's end", does: "to another core, or onto another leg to swap modes" },
      { keys: "C", does: "contract the cores of a bond into one" },
      { keys: "Delete", does: "remove what is selected" },
    ],
  },
  {
    title: "Ranks",
    rows: [
      { keys: "Scroll on a bond", does: "change its rank by 1" },
      { keys: "Up, Down, +, -", does: "the same on the focused bond" },
      { keys: "Digits, Enter", does: "type a rank" },
    ],
  },
  {
    title: "Select and arrange",
    rows: [
      { keys: "Drag on the void, Shift", does: "select in a box, add to the selection" },
      { keys: "Tab, Space", does: "go through the diagram, add to the selection" },
      { keys: "Ctrl+A, Esc", does: "select all, nothing" },
      { keys: "Arrow keys", does: "move the selected cores (Shift: finely)" },
      { keys: "A, P", does: "lay out anew, pin (pinned cores stay)" },
      { keys: "F, Ctrl+scroll, + -", does: "fit to the window, zoom" },
      { keys: "Space or middle button + drag", does: "pan" },
    ],
  },
  {
    title: "Measure the graph",
    rows: [
      { keys: "G", does: "show or hide the measures; select two cores or legs to compare them" },
      { keys: "0.57 beside a bond", does: "its leverage: the share of spanning trees that use it (1: the network falls apart without it); of a hyper-bond the sum over its pairs" },
      { keys: "Brackets on a bond", does: "a bottleneck: a bond of the least cut between any two cores with legs" },
      { keys: "Effective resistance", does: "as if every bond were a resistor of 1; small where many short ways lead" },
      { keys: "Least cut rank", does: "the least product of ranks that separates the two: no more can pass" },
    ],
  },
  {
    title: "Edit",
    rows: [
      { keys: "Ctrl+Z, Ctrl+Shift+Z", does: "undo, redo" },
      { keys: "Ctrl+C, X, V, D", does: "copy, cut, paste, duplicate" },
      { keys: "Right click, Shift+F10", does: "what can be done here" },
    ],
  },
];
