/** Commands that arrange what is drawn: move, hold in place, lay out, copy and paste, show a whole structure. */

import { placeMissing } from "../diagram/missing_places.js";
import { inTurn, neighbour } from "../diagram/neighbours.js";
import { copy, parseClip, paste, shareClip, sharedClip } from "../structure/clipboard.js";
import { includes, NOTHING } from "../structure/selection.js";
import { fromRecord, toRecord } from "../structure/structure.js";
import type { Reply, StructureRecord } from "../wire/editor_state.js";
import { commitAndFocus, type Desk } from "./desk.js";
import * as edits from "../structure/edits.js";

/** Diagram units that an arrow key moves a core, and with Shift. */
const STEP = 10;
const FINE_STEP = 2;

export function copyTargets(desk: Desk): boolean {
  const clip = copy(desk.store.committed, desk.stage.targets);
  if (clip === null) desk.tell("Select cores to copy them with the bonds among them.");
  else {
    shareClip(clip);
    navigator.clipboard?.writeText(JSON.stringify(clip)).catch(() => {});
    desk.tell(`Copied ${clip.cores.map((core) => core.name).join(", ")}.`);
  }
  return clip !== null;
}

export async function pasteClip(desk: Desk): Promise<void> {
  const foreign = async (): Promise<string> => (await navigator.clipboard?.readText()) ?? "";
  const clip = sharedClip() ?? parseClip(await foreign().catch(() => ""));
  if (clip === null) return desk.tell("Nothing has been copied yet.");
  commitAndFocus(desk, paste(desk.store.committed, clip, desk.store.locked));
}

export function duplicate(desk: Desk): void {
  const clip = copy(desk.store.committed, desk.stage.targets);
  if (clip === null) return desk.tell("Select cores to duplicate them.");
  commitAndFocus(desk, paste(desk.store.committed, clip, desk.store.locked));
}

export function holdTargets(desk: Desk): void {
  const { cores } = desk.stage.targets;
  if (cores.length === 0) return desk.tell("Select cores to hold them in place: automatic layout then leaves them where they are.");
  desk.store.commit(edits.toggleHeld(desk.store.committed, cores));
}

/** Move the selected cores; where the focus is on something else, go on to what lies there. */
export function arrow(desk: Desk, dx: number, dy: number, fine: boolean): void {
  const { store, stage } = desk;
  const item = stage.focusedItem;
  if (!store.readOnly && store.selection.cores.length > 0 && (item === null || includes(store.selection, item))) return move(desk, dx, dy, fine);
  if (item === null) return walk(desk, () => 0);
  const next = neighbour(stage.scene, item, dx, dy);
  if (next !== null) stage.goTo(next);
}

function move({ store }: Desk, dx: number, dy: number, fine: boolean): void {
  const { cores } = store.selection;
  const by = fine ? FINE_STEP : STEP;
  const draft = edits.place(store.committed, (core) =>
    cores.includes(core.name) ? { x: core.x + dx * by, y: core.y + dy * by } : undefined,
  );
  store.commit({ draft, say: "" }, `move ${cores.join()}`);
}

/** Go through the parts of the diagram in order, from the focused one to the place that `go` returns. */
export function walk({ stage }: Desk, go: (place: number, count: number) => number): void {
  const [parts, here] = [inTurn(stage.scene), stage.focusedItem];
  const place = go(parts.findIndex(({ kind, id }) => kind === here?.kind && id === here.id), parts.length);
  const next = parts[Math.min(parts.length - 1, Math.max(0, place))];
  if (next !== undefined) stage.goTo(next);
}

/** Ask Python where the cores go: as a gesture, or (at first sight) without an undo step. */
export async function layOut(desk: Desk, gesture: boolean): Promise<void> {
  const { store, stage, link } = desk;
  const asked = store.committed;
  const structure = { ...toRecord(asked) };
  if (!gesture) structure.cores = structure.cores.map(({ position: _, ...core }) => core);
  try {
    const reply = await link.send<Reply>({ kind: "layout", structure });
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
  const draft = placeMissing(fromRecord(structure));
  desk.store.commit({ draft, select: NOTHING, say });
  desk.stage.fit();
}
