/**
 * The editor of a structure, mounted by `editor.ts` and `explorer.ts`.
 *
 * Elements on the page that tests and code around the editor may look for:
 *   [data-core="A"]  [data-bond="A-B"] (parallel: "A-B#2"; hyper-bond: "A-B-C")  [data-leg="0"] (by mode)
 *     attributes: data-selected, data-latent, data-pinned (core), data-rank, data-hyper (bond; its dot is .tn-dot, its
 *     label [data-rank-of="A-B"]), data-size, data-of (leg; its grip is .tn-end-hit), data-target while a drag is over it
 *   [data-action="..."]  core bond leg delete undo redo layout hold graph fit zoom_out zoom_in export import help,
 *     preset:NAME (some in the menu of more_presets) preset_rank, lower raise count (the line under the diagram), export:json svg png tikz python einsum
 *     (and export:json:copy, ...), import_text import_file import_go, close, menu:COMMAND
 *   .tn-inline (field to type a rank)  [data-status] (errors, notices)  .tn-live (spoken)  [data-hint]
 *   [data-number="parameters" | "compression" | "contraction"], with data-old while out of date
 *   [data-measure="A-B"] (data-narrow on a bottleneck), .tn-cut, .tn-graph[data-state] while the graph is measured
 *   root: data-state="error" while the draft is not applied, data-read-only
 *
 * Gestures: drag a core's middle (within 15 units) to move it, onto a core to bond; drag its rim (15 to 27 units) to
 * a core = bond, to the void = new core, with Shift = leg; drag the void = box, Shift adds; drag a leg's grip to a
 * core or to another leg's grip; drag the dot to a core; wheel on a bond = rank, Ctrl+wheel = zoom; middle button or
 * Space + drag = pan; double click or long press = type a rank, or a new core on the void; right click = menu.
 * Keys: see gestures/shortcuts.ts. The hint of the first visit is shown here and kept away by localStorage["tnlab-hint-seen"].
 */

import { needsLayout } from "../diagram/missing_places.js";
import { NOTHING } from "../structure/selection.js";
import { bondLabel, compressionRatio, fromRecord, parameters, toRecord } from "../structure/structure.js";
import { listen, setAttributes } from "../ui/dom.js";
import { Popups } from "../ui/popup.js";
import type { Problem } from "../wire/data_state.js";
import type { EditorLink, Preset, Reply, StructureRecord } from "../wire/editor_state.js";
import { said } from "../wire/link.js";
import { apply, layOut } from "./arranging_commands.js";
import type { Desk } from "./desk.js";
import { setCount } from "./drawing_commands.js";
import type { EditorExtras, EditorHandle } from "./extension_points.js";
import { Gestures } from "./gestures/gestures.js";
import { listenToKeys } from "./gestures/keyboard.js";
import { GraphOverlay } from "./panels/graph_overlay.js";
import { makeInspector } from "./panels/inspector.js";
import { numberField } from "./panels/number_field.js";
import { showExport, showHelp, showImport, showMenu } from "./panels/sheets.js";
import { makeHint, Status } from "./panels/status.js";
import { makeToolbar } from "./panels/toolbar.js";
import { Stage } from "./stage.js";
import { Store } from "./store.js";

export type * from "./extension_points.js";

/** Put an editor on the page; `extras` are what a piece around it adds. */
export function mountEditor(root: HTMLElement, link: EditorLink, signal: AbortSignal, extras: EditorExtras = {}): EditorHandle {
  const store = new Store(link, signal);
  const stage = new Stage(store, signal);
  const status = new Status(root, store, signal);
  const popups = new Popups(root, signal, () => stage.focusOn(null));
  const graph: GraphOverlay = new GraphOverlay(() => desk, extras);
  const desk = makeDesk({ root, link, signal, store, stage, graph }, status, popups);
  const parts: Parts = { desk, status, graph, extras };
  const refreshPanels = build(parts);
  const handle = makeHandle(desk, status, () => {
    stage.redraw();
    refreshPanels();
    graph.redraw(handle);
    extras.afterDraw?.(handle);
  });
  graph.changed = handle.refresh;
  graph.say = handle.say;
  listenToKeys(desk, new Gestures(desk), popups);
  listenToMenu(desk, popups);
  listenToStore(parts, handle);
  link.on(["presets", "refusals", "label"], handle.refresh, signal);
  listenToProblems(link, extras.complain ?? desk.fail, signal);
  listen(stage.svg, "focusin", () => {
    refreshPanels();
    graph.redraw(handle);
    extras.onSelect?.(stage.targets);
  }, signal);
  handle.refresh();
  stage.fit();
  askForLayout(desk);
  return handle;
}

interface Parts {
  readonly desk: Desk;
  readonly status: Status;
  readonly graph: GraphOverlay;
  readonly extras: EditorExtras;
}

function listenToStore({ desk, status, graph, extras }: Parts, handle: EditorHandle): void {
  const { store, stage } = desk;
  store.say = (sentence) => status.say(sentence);
  store.replaced = () => stage.fit();
  store.onChange((reason) => {
    if (reason === "preview") {
      stage.redraw();
      graph.redraw(handle);
      return extras.afterDraw?.(handle);
    }
    if (reason === "draft") status.renew();
    handle.refresh();
    if (reason === "draft") stage.keepInView();
    if (reason === "selection") extras.onSelect?.(stage.targets);
    else extras.onDraft?.(handle.report());
  });
}

function listenToProblems(link: EditorLink, complain: (sentence: string) => void, signal: AbortSignal): void {
  const show = (): void => complain(said<Problem>(link.get("problem"))?.text ?? "");
  link.on(["problem"], show, signal);
  show();
}

function makeDesk(given: Pick<Desk, "root" | "link" | "signal" | "store" | "stage" | "graph">, status: Status, popups: Popups): Desk {
  const { root, signal, stage } = given;
  const field = numberField(stage, { commit: (item, value) => setCount(desk, item, value), complain: (sentence) => status.fail(sentence) }, signal);
  const exportButton = (): HTMLElement => root.querySelector<HTMLElement>("[data-action=export]") ?? root;
  const panels = {
    help: () => showHelp(popups),
    import: () => showImport(desk, popups),
    export: () => showExport(desk, popups, exportButton()),
    menu: () => showMenu(desk, popups, middleOf(desk)),
  };
  const desk: Desk = {
    ...given,
    field,
    tell: (sentence) => status.tell(sentence),
    fail: (sentence) => status.fail(sentence),
    show: (panel) => panels[panel](),
    menu: (label, rows, owner) => popups.menuUnder(label, rows, owner),
  };
  return desk;
}

/** The place where a menu opens that a key asked for: the middle of the focused item. */
function middleOf({ stage }: Desk): { x: number; y: number } {
  const item = stage.focusedItem;
  const box = ((item && stage.elementOf(item)) ?? stage.svg).getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/** Pixels that the hint takes at the top of the diagram. */
const HINT_ROOM = 26;

/** Put the panels around the diagram; returns a function that shows them anew. */
function build({ desk, status, graph, extras }: Parts): () => void {
  const { root, stage, store } = desk;
  const toolbar = makeToolbar(desk, (preset, rank) => void choosePreset(desk, preset, rank));
  const inspector = makeInspector(desk, {
    comparing: () => graph.comparing,
    hideNumbers: extras.hideNumbers ?? false,
    badge: (id) => [graph.words(id), id === null ? "" : badge(desk, id, extras)].filter((words) => words !== "").join("  \u00b7  "),
  });
  const hint = makeHint(store.readOnly);
  stage.box.append(hint.element, status.line);
  root.classList.add("tn-theme", "tn-editor");
  root.append(toolbar.element, stage.box, inspector.element, status.live);
  return () => {
    if (store.edited) hint.dismiss();
    stage.inset = hint.element.hidden ? 0 : HINT_ROOM;
    setAttributes(root, { "data-read-only": store.readOnly ? "" : null });
    setAttributes(stage.svg, { "aria-label": desk.link.get("label") || "Tensor network" });
    graph.refresh();
    toolbar.refresh();
    inspector.refresh();
    status.refresh();
  };
}

function badge({ store }: Desk, id: string, extras: EditorExtras): string {
  const index = store.committed.bonds.findIndex((bond) => bond.id === id);
  const bond = store.committed.bonds[index];
  if (bond === undefined) return "";
  return extras.bondBadge?.({ id, index, label: bondLabel(bond), rank: bond.rank }) ?? "";
}

async function choosePreset(desk: Desk, preset: Preset, rank?: number): Promise<void> {
  const drawn = [...desk.store.committed.modes];
  const modes = drawn.length > 0 ? drawn : [4, 4, 4, 4];
  try {
    const { structure, note } = await desk.link.send<Reply>({ kind: "preset", name: preset.name, rank, modes });
    const drawn = structure as StructureRecord;
    apply(desk, drawn, `${preset.label}, ranks up to ${Math.max(1, ...drawn.bonds.map((bond) => bond.rank))}.`);
    if (note) desk.tell(note);
  } catch (error) {
    desk.fail((error as Error).message);
  }
}

function listenToMenu(desk: Desk, popups: Popups): void {
  listen(desk.root, "contextmenu", (event) => {
    event.stopPropagation();
    if (event.shiftKey || !desk.stage.svg.contains(event.target as Node)) return;
    event.preventDefault();
    if ((event as PointerEvent).pointerType === "touch") return;
    const item = desk.stage.itemOf(event.target);
    desk.stage.focusOn(item);
    if (item === null) desk.store.select(NOTHING);
    showMenu(desk, popups, { x: event.clientX, y: event.clientY });
  }, desk.signal);
}

/** A structure that comes without positions is drawn on a circle until Python has laid it out. */
function askForLayout(desk: Desk): void {
  const structure = desk.link.get("structure");
  if ("cores" in structure && needsLayout(fromRecord(structure as StructureRecord))) void layOut(desk, false);
}

function makeHandle(desk: Desk, status: Status, refresh: () => void): EditorHandle {
  const { root, store, stage } = desk;
  return {
    root,
    svg: stage.svg,
    overlay: stage.layers.overlay,
    select: (selection) => store.select({ ...NOTHING, ...selection }),
    selection: () => stage.targets,
    structure: () => toRecord(store.committed),
    drawn: () => ({ draft: store.draft, scene: stage.scene }),
    report: () => ({
      structure: toRecord(store.committed),
      bonds: store.committed.bonds,
      edit: store.edit,
      parameters: parameters(store.committed),
      compressionRatio: compressionRatio(store.committed),
      error: store.error,
      edited: store.edited,
    }),
    graphShown: () => desk.graph.shown,
    apply: (structure, spoken) => apply(desk, structure, spoken),
    say: (sentence) => status.say(sentence),
    refresh,
  };
}
