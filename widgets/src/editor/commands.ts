/** The commands of the editor by name, for the toolbar, the keys and the menu. */

import { everything, NOTHING } from "../structure/selection.js";
import { arrow, copyTargets, duplicate, layOut, pasteClip, holdTargets, walk } from "./arranging_commands.js";
import type { Desk } from "./desk.js";
import { addBond, addCore, addLeg, collapseBond, openField, removeTargets, step, toggleFocused } from "./drawing_commands.js";

/** Everything that can be done to a diagram by name. */
export type Command =
  | "core" | "bond" | "leg" | "delete" | "collapse" | "raise" | "lower" | "type" | "toggle" | "enter"
  | "undo" | "redo" | "copy" | "cut" | "paste" | "duplicate" | "select_all" | "escape"
  | "layout" | "hold" | "graph" | "fit" | "zoom_in" | "zoom_out" | "left" | "right" | "up" | "down"
  | "first" | "last" | "previous" | "next"
  | "import" | "export" | "help" | "menu";

type Action = (desk: Desk, fine: boolean) => void;

const VIEW_ONLY: ReadonlySet<Command> = new Set([
  "left", "right", "up", "down", "first", "last", "previous", "next",
  "copy", "select_all", "escape", "toggle", "graph", "fit", "zoom_in", "zoom_out", "export", "help", "menu",
]);

/** Commands that a read-only editor still has. */
export const isViewOnly = (command: Command): boolean => VIEW_ONLY.has(command);

export function run(desk: Desk, command: Command, fine = false): void {
  if (desk.store.readOnly && !isViewOnly(command)) return desk.tell("This diagram is read-only.");
  ACTIONS[command](desk, fine);
}

const ACTIONS: Record<Command, Action> = {
  core: addCore,
  bond: addBond,
  leg: addLeg,
  delete: removeTargets,
  collapse: collapseBond,
  raise: (desk) => step(desk, 1),
  lower: (desk) => step(desk, -1),
  type: () => {},
  toggle: toggleFocused,
  enter: (desk) => openField(desk, desk.stage.focusedItem),
  undo: ({ store }) => store.undo(),
  redo: ({ store }) => store.redo(),
  copy: copyTargets,
  cut: (desk) => copyTargets(desk) && removeTargets(desk),
  paste: (desk) => void pasteClip(desk),
  duplicate: duplicate,
  select_all: ({ store }) => store.select(everything(store.committed)),
  escape: ({ store }) => store.select(NOTHING),
  layout: (desk) => void layOut(desk, true),
  hold: holdTargets,
  graph: (desk) => desk.graph.toggle(),
  fit: ({ stage }) => stage.fit(),
  zoom_in: ({ stage }) => stage.zoom(1.25),
  zoom_out: ({ stage }) => stage.zoom(0.8),
  left: (desk, fine) => arrow(desk, -1, 0, fine),
  right: (desk, fine) => arrow(desk, 1, 0, fine),
  up: (desk, fine) => arrow(desk, 0, -1, fine),
  down: (desk, fine) => arrow(desk, 0, 1, fine),
  first: (desk) => walk(desk, () => 0),
  last: (desk) => walk(desk, (_, count) => count - 1),
  previous: (desk) => walk(desk, (place) => place - 1),
  next: (desk) => walk(desk, (place) => place + 1),
  import: (desk) => desk.show("import"),
  export: (desk) => desk.show("export"),
  help: (desk) => desk.show("help"),
  menu: (desk) => desk.show("menu"),
};
