/** The table of shortcuts: the keys of every command, and the rows that the help sheet shows. */

import type { KeyPress } from "../../ui/keep_keys.js";
import type { Command } from "../commands.js";

export type Focus = "core" | "bond" | "leg" | "none";

/** The keys of every command, as they are written on the page; the first is the one that is named. */
const KEYS: Partial<Record<Command, readonly string[]>> = {
  core: ["N"], bond: ["B"], leg: ["L"], delete: ["Delete", "Backspace"], collapse: ["C"],
  toggle: ["Space"], enter: ["Enter"], escape: ["Esc"], select_all: ["Ctrl+A"],
  undo: ["Ctrl+Z"], redo: ["Ctrl+Shift+Z", "Ctrl+Y"], copy: ["Ctrl+C"], cut: ["Ctrl+X"], paste: ["Ctrl+V"], duplicate: ["Ctrl+D"],
  layout: ["A"], hold: ["H"], graph: ["G"], fit: ["F"], zoom_in: ["+", "="], zoom_out: ["-", "_"],
  left: ["ArrowLeft"], right: ["ArrowRight"], up: ["ArrowUp"], down: ["ArrowDown"], help: ["?"], menu: ["Shift+F10", "ContextMenu"],
};

/** What keys do on a bond or a leg, whose number they change. */
const KEYS_ON_NUMBERS: Partial<Record<Command, readonly string[]>> = { raise: ["+", "=", "ArrowUp"], lower: ["-", "_", "ArrowDown"] };

/** What keys do while any part has the focus; elsewhere they are the page's. */
const KEYS_ON_PARTS: Partial<Record<Command, readonly string[]>> = { first: ["Home"], last: ["End"], previous: ["PageUp"], next: ["PageDown"] };

type Table = ReadonlyMap<string, Command>;

const byKey = (keys: typeof KEYS): Table =>
  new Map(Object.entries(keys).flatMap(([command, names]) => names.map((name) => [name.toLowerCase(), command as Command] as const)));

const [ANYWHERE, ON_NUMBERS, ON_PARTS] = [byKey(KEYS), byKey(KEYS_ON_NUMBERS), byKey(KEYS_ON_PARTS)];

/** The key of a command as it is written on the page; "" where it has none. */
export const keyOf = (command: Command): string => (KEYS[command] ?? KEYS_ON_NUMBERS[command])?.[0] ?? "";

/** Names of keys whose `key` is another. */
const NAMES: Readonly<Record<string, string>> = { " ": "space", escape: "esc" };

/** Return the command of a key while an item of this kind has the focus, or null where there is none. */
export function commandOf(press: KeyPress, focus: Focus): Command | null {
  if (press.altKey) return null;
  const key = NAMES[press.key.toLowerCase()] ?? press.key.toLowerCase();
  const control = press.ctrlKey || press.metaKey ? "ctrl+" : "";
  const counted = control === "" && (focus === "bond" || focus === "leg");
  if (counted && /^[0-9]$/.test(key)) return "type";
  const named = press.shiftKey ? ANYWHERE.get(`${control}shift+${key}`) : undefined; // else Shift makes no difference
  const walk = control === "" && focus !== "none" ? ON_PARTS.get(key) : undefined;
  return named ?? walk ?? (counted ? ON_NUMBERS.get(key) : undefined) ?? ANYWHERE.get(control + key) ?? null;
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
      { keys: `Double-click, ${keyOf("core")}`, does: "add a core (bonded to the selected one)" },
      { keys: keyOf("bond"), does: "bond the selected cores (3 or more: a hyper-bond)" },
      { keys: "Drag from a dot to a core", does: "let the hyper-bond join or leave the core" },
      { keys: keyOf("leg"), does: "give the selected core a leg" },
      { keys: "Drag a leg's end", does: "to another core, or onto another leg to swap modes" },
      { keys: keyOf("collapse"), does: "contract the cores of a bond into one" },
      { keys: keyOf("delete"), does: "remove what is selected" },
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
      { keys: "Tab, arrow keys", does: "come to the diagram, go on to what lies there" },
      { keys: "Page Up, Page Down", does: "go through all cores, bonds and legs (Home, End: first, last)" },
      { keys: keyOf("toggle"), does: "add to the selection" },
      { keys: `${keyOf("select_all")}, ${keyOf("escape")}`, does: "select all, nothing" },
      { keys: "Arrow keys on a selected core", does: "move the selected cores (Shift: finely)" },
      { keys: `${keyOf("layout")}, ${keyOf("hold")}`, does: "lay out anew, hold cores in place (these stay)" },
      { keys: `${keyOf("fit")}, Ctrl+scroll, ${keyOf("zoom_in")} ${keyOf("zoom_out")}`, does: "fit to the window, zoom" },
      { keys: "Space or middle button + drag", does: "pan" },
    ],
  },
  {
    title: "Measure the graph",
    rows: [
      { keys: keyOf("graph"), does: "show or hide the measures; select two cores or legs to compare them" },
      { keys: "0.57 beside a bond", does: "its leverage: the share of spanning trees that use it (1: the network falls apart without it); of a hyper-bond the sum over its pairs" },
      { keys: "Brackets on a bond", does: "a bottleneck: a bond of the least cut between any two cores with legs" },
      { keys: "Effective resistance", does: "as if every bond were a resistor of 1; small where many short ways lead" },
      { keys: "Least cut rank", does: "the least product of ranks that separates the two: no more can pass" },
    ],
  },
  {
    title: "Edit",
    rows: [
      { keys: `${keyOf("undo")}, ${keyOf("redo")}`, does: "undo, redo" },
      { keys: "Ctrl+C, X, V, D", does: "copy, cut, paste, duplicate" },
      { keys: `Right click, ${keyOf("menu")}`, does: "what can be done here" },
    ],
  },
];
