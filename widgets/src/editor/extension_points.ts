/** The interface between the editor and the widget around it: options, callbacks, and the handle that it returns. */

import type { Scene } from "../diagram/scene.js";
import type { Selection } from "../structure/selection.js";
import type { Draft } from "../structure/structure.js";
import type { StructureRecord } from "../wire/editor_state.js";

export type { Selection } from "../structure/selection.js";

/** The structure on screen and the numbers that follow from it at once, before Python answers. */
export interface DraftReport {
  structure: StructureRecord;
  /** Its bonds as the editor knows them, in the same order. */
  bonds: Draft["bonds"];
  /** Its name: CLIENT:N for a draft of this page, or the edit it came with. */
  edit: string;
  parameters: number;
  compressionRatio: number;
  /** A sentence when it cannot be applied, else "". */
  error: string;
  /** True once a person has edited it on this page. */
  edited: boolean;
}

export interface BondInfo {
  id: string;
  /** Its place in `structure().bonds`. */
  index: number;
  label: string;
  rank: number;
}

export interface EditorExtras {
  /** Called with the selection, or with the focused item when it is not selected. */
  onSelect?(selection: Selection): void;
  /** After every committed change of the draft, its verdict included. */
  onDraft?(report: DraftReport): void;
  /** After every drawing; add to `handle.overlay` only. */
  afterDraw?(handle: EditorHandle): void;
  /** Words after the rank in the line under the diagram, e.g. "one more: -0.004". */
  bondBadge?(bond: BondInfo): string;
  /** A word under a bond's leverage while the graph's measures are shown, e.g. "effective 3.2". */
  bondNote?(bond: BondInfo): string;
  /** The graph's measures are shown from now on, or hidden. */
  onGraph?(shown: boolean): void;
  /** Show a sentence about something other than the draft; "" takes it away. By default in the line over the diagram. */
  complain?(sentence: string): void;
  /** Leave out the line of numbers (the Explorer has its own panel). */
  hideNumbers?: boolean;
}

export interface EditorHandle {
  root: HTMLElement;
  svg: SVGSVGElement;
  /** An SVG layer in diagram units above bonds and below cores, free for the caller. */
  overlay: SVGGElement;
  select(selection: Partial<Selection>): void;
  selection(): Selection;
  structure(): StructureRecord;
  /** The draft and scene on screen, with the drag in progress. */
  drawn(): { draft: Draft; scene: Scene };
  report(): DraftReport;
  /** Whether the graph's measures are shown, with a cut of their own. */
  graphShown(): boolean;
  /** Show a structure as a gesture: undoable, and proposed to Python. */
  apply(structure: StructureRecord, spoken: string): void;
  /** Speak through the polite live region. */
  say(sentence: string): void;
  /** Draw again, e.g. after the words of `bondBadge` have changed. */
  refresh(): void;
}
