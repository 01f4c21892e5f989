/** Commands that change the network: cores, bonds, legs, ranks and sizes. */

import { freeSpot } from "../diagram/missing_places.js";
import { count, includes, type Item, only, toggle } from "../structure/selection.js";
import { carrier, findBond } from "../structure/structure.js";
import { nearest } from "../ui/plane.js";
import { commitAndFocus, type Desk } from "./desk.js";
import * as edits from "../structure/edits.js";

export function addCore(desk: Desk): void {
  const { store, stage } = desk;
  const draft = store.committed;
  const chosen = draft.cores.filter((core) => stage.targets.cores.includes(core.name));
  const last = chosen[chosen.length - 1] ?? draft.cores[nearest(draft.cores, stage.centre, () => Infinity)];
  const spot = last === undefined ? stage.centre : freeSpot(draft.cores, last);
  commitAndFocus(desk, edits.addCore(draft, { ...spot, bondTo: chosen.map((core) => core.name) }));
}

export function addBond(desk: Desk): void {
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

export function addLeg(desk: Desk): void {
  const { store, stage } = desk;
  const lone = store.committed.cores.length === 1 ? store.committed.cores[0]?.name : undefined;
  const [mode = -1] = stage.targets.legs;
  const name = stage.targets.cores[0] ?? (carrier(store.committed, mode) || lone);
  if (name === undefined) return desk.tell("Select the core that should carry the leg.");
  const edit = edits.pullLeg(store.committed, name, store.locked);
  if (edit === null) return desk.tell("Every mode of the tensor has its core; drag a leg's end to move it to another core.");
  commitAndFocus(desk, edit);
}

export function removeTargets(desk: Desk): void {
  const { store, stage } = desk;
  if (count(stage.targets) === 0) return desk.tell("Nothing is selected.");
  store.commit(edits.remove(store.committed, stage.targets, store.locked));
  stage.focusOn(null);
}

export function collapseBond(desk: Desk): void {
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
  desk.field.open(item, typed || String(now ?? ""), item.kind === "bond" ? "rank" : "mode size", typed !== "");
}

/** Give a bond the rank, or a leg the mode size, that was typed. */
export function setCount(desk: Desk, item: Item, value: number): void {
  const { store } = desk;
  if (item.kind === "bond") store.commit(edits.setRanks(store.committed, [item.id], () => value));
  if (item.kind === "leg") store.commit(edits.setSizes(store.committed, [item.id], () => value));
}

export function toggleFocused({ store, stage }: Desk): void {
  const item = stage.focusedItem;
  if (item !== null) store.select(toggle(store.selection, item));
}
