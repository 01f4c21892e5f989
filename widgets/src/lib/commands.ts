/** What the toolbar, the keys and the menu can do, by name. */

import { copy, parseClip, paste, shareClip, sharedClip } from "./clipboard.js";
import * as edits from "./edits.js";
import { nearest } from "./geometry.js";
import type { Command } from "./keys.js";
import { freeSpot } from "./layout.js";
import type { StructureRecord } from "./model.js";
import type { NumberField } from "./number_field.js";
import type { Ask } from "./requests.js";
import { count, everything, includes, type Item, NOTHING, only, selecting, toggle } from "./selection.js";
import type { Stage } from "./stage.js";
import type { Store } from "./store.js";
import { carrier, type Draft, findBond, fromRecord, toRecord, withIds } from "./structure.js";
import { placeMissing } from "./layout.js";

/** Everything that the parts of one editor share. */
export interface Desk {
  readonly root: HTMLElement;
  readonly store: Store;
  readonly stage: Stage;
  readonly ask: Ask;
  readonly field: NumberField;
  readonly signal: AbortSignal;
  /** Speak, and show as a passing notice. */
  tell(sentence: string): void;
  /** Show a sentence about something that failed; "" takes it away. */
  fail(sentence: string): void;
  show(panel: "help" | "import" | "export" | "menu"): void;
}

type Step = (desk: Desk, fine: boolean) => void;

const MOVE = 10;
const FINE = 2;
const VIEW_ONLY: ReadonlySet<Command> = new Set([
  "copy", "select_all", "escape", "toggle", "fit", "zoom_in", "zoom_out", "export", "help", "menu",
]);

/** Commands that a read-only editor still has. */
export const isViewOnly = (command: Command): boolean => VIEW_ONLY.has(command);

export function run(desk: Desk, command: Command, fine = false): void {
  if (desk.store.readOnly && !isViewOnly(command)) return desk.tell("This diagram is read-only.");
  STEPS[command](desk, fine);
}

const STEPS: Record<Command, Step> = {
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
  pin: pinTargets,
  fit: ({ stage }) => stage.fit(),
  zoom_in: ({ stage }) => stage.zoom(1.25),
  zoom_out: ({ stage }) => stage.zoom(0.8),
  left: (desk, fine) => move(desk, -1, 0, fine),
  right: (desk, fine) => move(desk, 1, 0, fine),
  up: (desk, fine) => move(desk, 0, -1, fine),
  down: (desk, fine) => move(desk, 0, 1, fine),
  import: (desk) => desk.show("import"),
  export: (desk) => desk.show("export"),
  help: (desk) => desk.show("help"),
  menu: (desk) => desk.show("menu"),
};

function addCore(desk: Desk): void {
  const { store, stage } = desk;
  const draft = store.committed;
  const chosen = draft.cores.filter((core) => stage.targets.cores.includes(core.name));
  const last = chosen[chosen.length - 1] ?? draft.cores[nearest(draft.cores, stage.centre, () => Infinity)];
  const spot = last === undefined ? stage.centre : freeSpot(draft.cores, last);
  commitAndFocus(desk, edits.addCore(draft, { ...spot, bondTo: chosen.map((core) => core.name) }));
}

/** Make an edit and give the focus to what it selects, so that the next key acts on it. */
export function commitAndFocus(desk: Desk, edit: edits.Edit | null, merge = ""): void {
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

function addBond(desk: Desk): void {
  const { store, stage } = desk;
  const { cores, bonds } = stage.gathered;
  const bond = bonds.length === 1 ? findBond(store.committed, bonds[0] as string) : undefined;
  const joining = cores.filter((name) => !bond?.cores.includes(name));
  if (bond !== undefined && joining.length > 0) return joinAll(desk, bond.id, joining);
  if (cores.length < 2) return desk.tell("Select two cores to bond them, or more for a hyper-bond.");
  commitAndFocus(desk, edits.addBond(store.committed, cores));
}

function joinAll(desk: Desk, id: string, names: readonly string[]): void {
  let edit: edits.Edit | null = null;
  for (const name of names) {
    edit = edits.toggleJoin(edit?.draft ?? desk.store.committed, edit?.select?.bonds[0] ?? id, name);
  }
  commitAndFocus(desk, edit);
}

function addLeg(desk: Desk): void {
  const { store, stage } = desk;
  const lone = store.committed.cores.length === 1 ? store.committed.cores[0]?.name : undefined;
  const [mode = -1] = stage.targets.legs;
  const name = stage.targets.cores[0] ?? (carrier(store.committed, mode) || lone);
  if (name === undefined) return desk.tell("Select the core that should carry the leg.");
  const edit = edits.pullLeg(store.committed, name, store.locked);
  if (edit === null) return desk.tell("Every mode of the tensor has its core; drag a leg's end to move it to another core.");
  commitAndFocus(desk, edit);
}

function removeTargets(desk: Desk): void {
  const { store, stage } = desk;
  if (count(stage.targets) === 0) return desk.tell("Nothing is selected.");
  store.commit(edits.remove(store.committed, stage.targets, store.locked));
  stage.focusOn(null);
}

function collapseBond(desk: Desk): void {
  const [id] = desk.stage.targets.bonds;
  if (id === undefined) return desk.tell("Select a bond to contract its cores into one.");
  commitAndFocus(desk, edits.collapse(desk.store.committed, id));
}

/** Change the ranks of the targeted bonds, or sizes of legs where modes are free. */
export function step(desk: Desk, by: number, item: Item | null = desk.stage.focusedItem): void {
  const { store, stage } = desk;
  const chosen = item === null || includes(stage.targets, item) ? stage.targets : only(item);
  if (item?.kind === "leg" && !store.locked) {
    return store.commit(edits.setSizes(store.committed, chosen.legs, (size) => size + by), `size ${chosen.legs.join()}`);
  }
  if (chosen.bonds.length === 0) return;
  const edit = edits.setRanks(store.committed, chosen.bonds, (rank) => rank + by);
  const same = edit.draft.bonds.every((bond, k) => bond.rank === store.committed.bonds[k]?.rank);
  if (same) return desk.tell("A rank cannot be below 1. Delete removes the bond.");
  store.commit(edit, `rank ${chosen.bonds.join()}`);
}

export function openField(desk: Desk, item: Item | null, typed = ""): void {
  const { store } = desk;
  if (item === null || store.readOnly) return;
  if (item.kind === "core") return toggleFocused(desk);
  if (item.kind === "leg" && store.locked) return desk.tell("Mode sizes are those of the tensor.");
  const now = item.kind === "bond" ? findBond(store.committed, item.id)?.rank : store.committed.modes[item.id];
  desk.field.open(item, typed || String(now ?? ""), item.kind === "bond" ? "rank" : "mode size");
}

/** Give a bond the rank, or a leg the mode size, that was typed. */
export function setCount(desk: Desk, item: Item, value: number): void {
  const { store } = desk;
  if (item.kind === "bond") store.commit(edits.setRanks(store.committed, [item.id], () => value));
  if (item.kind === "leg") store.commit(edits.setSizes(store.committed, [item.id], () => value));
}

function toggleFocused({ store, stage }: Desk): void {
  const item = stage.focusedItem;
  if (item !== null) store.select(toggle(store.selection, item));
}

function copyTargets(desk: Desk): boolean {
  const clip = copy(desk.store.committed, desk.stage.targets);
  if (clip === null) desk.tell("Select cores to copy them with the bonds among them.");
  else {
    shareClip(clip);
    navigator.clipboard?.writeText(JSON.stringify(clip)).catch(() => {});
    desk.tell(`Copied ${clip.cores.map((core) => core.name).join(", ")}.`);
  }
  return clip !== null;
}

async function pasteClip(desk: Desk): Promise<void> {
  const foreign = async (): Promise<string> => (await navigator.clipboard?.readText()) ?? "";
  const clip = sharedClip() ?? parseClip(await foreign().catch(() => ""));
  if (clip === null) return desk.tell("Nothing has been copied yet.");
  commitAndFocus(desk, paste(desk.store.committed, clip, desk.store.locked));
}

function duplicate(desk: Desk): void {
  const clip = copy(desk.store.committed, desk.stage.targets);
  if (clip === null) return desk.tell("Select cores to duplicate them.");
  commitAndFocus(desk, paste(desk.store.committed, clip, desk.store.locked));
}

function pinTargets(desk: Desk): void {
  const { cores } = desk.stage.targets;
  if (cores.length === 0) return desk.tell("Select cores to pin them: automatic layout then leaves them where they are.");
  desk.store.commit(edits.togglePins(desk.store.committed, cores));
}

function move(desk: Desk, dx: number, dy: number, fine: boolean): void {
  const { store, stage } = desk;
  const { cores } = stage.targets;
  if (cores.length === 0) return;
  const by = fine ? FINE : MOVE;
  const draft = edits.place(store.committed, (core) =>
    cores.includes(core.name) ? { x: core.x + dx * by, y: core.y + dy * by } : undefined,
  );
  store.commit({ draft, say: "" }, `move ${cores.join()}`);
}

/** Ask Python where the cores go: as a gesture, or (at first sight) without an undo step. */
export async function layOut(desk: Desk, gesture: boolean): Promise<void> {
  const { store, stage, ask } = desk;
  const asked = store.committed;
  const structure = { ...toRecord(asked) };
  if (!gesture) structure.cores = structure.cores.map(({ position: _, ...core }) => core);
  try {
    const reply = await ask({ kind: "layout", structure });
    const places = new Map(fromRecord(reply.structure as StructureRecord).cores.map((core) => [core.name, core]));
    const draft = edits.place(store.committed, (core) => pick(places.get(core.name)));
    if (gesture) store.commit({ draft, say: "Laid out anew." });
    else store.settle(draft);
    stage.fit();
  } catch (error) {
    desk.fail((error as Error).message);
  }
}

const pick = (at: { x: number; y: number } | undefined): { x: number; y: number } | undefined =>
  at && Number.isFinite(at.x) ? { x: at.x, y: at.y } : undefined;

/** Show a whole structure as a gesture: undoable, proposed, fitted to the window. */
export function apply(desk: Desk, structure: StructureRecord, say: string): void {
  const draft: Draft = placeMissing(withIds(fromRecord(structure)));
  desk.store.commit({ draft, select: selecting({}), say });
  desk.stage.fit();
}
