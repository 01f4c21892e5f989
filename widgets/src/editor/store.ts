/**
 * The draft on screen, its selection and history, kept in step with Python and with other views of the model.
 *
 * How a structure from Python is read: `structure` answers the proposal numbered `structure_seq`. An answer to an older
 * proposal than the newest is ignored. Numbers of 0 and below, counting down, mark structures that Python set by itself;
 * these are always taken.
 */

import { placeMissing } from "../diagram/missing_places.js";
import type { Edit } from "../structure/edits.js";
import { amend, begin, type History, record, redo, reselect, undo } from "../structure/history.js";
import { NOTHING, type Selection, within } from "../structure/selection.js";
import { type Draft, draftError, EMPTY, fromRecord, toRecord } from "../structure/structure.js";
import { REPLY_TIMEOUT_MS, SILENT_KERNEL } from "../wire/ask.js";
import { nextSeq, onChange } from "../wire/channel.js";
import type { EditorModel, StructureRecord } from "../wire/editor_state.js";

export type Reason = "draft" | "preview" | "selection" | "status";

const isRecord = (value: object): value is StructureRecord => "cores" in value;
const sameRecord = (a: StructureRecord, b: StructureRecord): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Store {
  private history: History;
  private shadow: Draft | null = null;
  private newest: number;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners: ((reason: Reason) => void)[] = [];
  /** The proposal whose draft is shown, or the `structure_seq` it came with. */
  seq: number;
  edited = false;
  silent = false;
  /** The last sentence that is not an error; gone with the next edit. */
  notice = "";
  /** Called with every sentence to speak. */
  say: (sentence: string) => void = () => {};
  /** Called with Python's error about something other than a proposal. */
  complain: (sentence: string) => void = () => {};
  /** Called when Python or another view has replaced the structure. */
  replaced: () => void = () => {};

  constructor(
    private readonly model: EditorModel,
    signal: AbortSignal,
  ) {
    this.seq = this.newest = model.get("structure_seq");
    const structure = model.get("structure");
    this.history = begin({ draft: isRecord(structure) ? placeMissing(fromRecord(structure)) : EMPTY, selection: NOTHING });
    this.notice = model.get("verdict").notice ?? "";
    if (this.seq >= 0) this.adoptProposal(); // a number below 0: Python has set a structure since the last proposal
    onChange(model, ["structure", "structure_seq"], () => this.adoptStructure(), signal);
    onChange(model, ["proposal"], () => this.adoptProposal(), signal);
    onChange(model, ["verdict"], () => this.hearVerdict(), signal);
    onChange(model, ["modes_locked", "read_only", "numbers"], () => this.notify("status"), signal);
    signal.addEventListener("abort", () => clearTimeout(this.silence));
  }

  onChange(listener: (reason: Reason) => void): void {
    this.listeners.push(listener);
  }

  private notify(reason: Reason): void {
    for (const listener of this.listeners) listener(reason);
  }

  get committed(): Draft {
    return this.history.present.draft;
  }

  /** The draft to draw: the committed one, or the preview of a drag. */
  get draft(): Draft {
    return this.shadow ?? this.committed;
  }

  get selection(): Selection {
    return this.history.present.selection;
  }

  get locked(): boolean {
    return this.model.get("modes_locked");
  }

  get readOnly(): boolean {
    return this.model.get("read_only");
  }

  get canUndo(): boolean {
    return this.history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.history.future.length > 0;
  }

  get error(): string {
    const verdict = this.model.get("verdict");
    const judged = "seq" in verdict && verdict.seq === this.seq ? verdict.error : "";
    return draftError(this.committed) || judged || "";
  }

  select(selection: Selection): void {
    this.history = reselect(this.history, within(selection, this.committed));
    this.notify("selection");
  }

  preview(draft: Draft | null): void {
    this.shadow = draft;
    this.notify("preview");
  }

  /** Make an edit: drawn at once, undoable, proposed to Python. Steps with one `merge` key are undone together. */
  commit(edit: Edit, merge = ""): void {
    if (this.readOnly) return;
    this.shadow = null;
    const selection = within(edit.select ?? this.selection, edit.draft);
    this.history = record(this.history, { draft: edit.draft, selection }, merge, Date.now());
    this.propose(edit.notice ?? "");
    this.say(edit.say);
    this.notify("draft");
  }

  undo(): void {
    this.travel(undo, "Undone.");
  }

  redo(): void {
    this.travel(redo, "Redone.");
  }

  private travel(step: (history: History) => History, said: string): void {
    const next = step(this.history);
    if (next === this.history || this.readOnly) return;
    this.history = next;
    this.shadow = null;
    this.propose("");
    this.say(said);
    this.notify("draft");
  }

  /** Take over a layout's positions, without an undo step and without a proposal. */
  settle(draft: Draft): void {
    this.history = amend(this.history, draft);
    this.notify("draft");
  }

  private propose(notice: string): void {
    this.seq = this.newest = nextSeq();
    this.notice = notice;
    this.edited = true;
    this.model.set("proposal", { seq: this.seq, structure: toRecord(this.committed) });
    this.model.save_changes();
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.setSilent(true), REPLY_TIMEOUT_MS);
  }

  private setSilent(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    if (silent) this.say(SILENT_KERNEL);
    this.notify("status");
  }

  private heard(seq: number): void {
    if (seq < this.newest && seq > 0) return;
    clearTimeout(this.silence);
    this.setSilent(false);
  }

  private adoptStructure(): void {
    const seq = this.model.get("structure_seq");
    const structure = this.model.get("structure");
    if (!isRecord(structure) || (seq > 0 && seq < this.newest)) return;
    this.heard(seq);
    this.newest = Math.max(this.newest, seq);
    this.take(structure, seq);
  }

  /** Another view of this model has proposed: show its draft too. */
  private adoptProposal(): void {
    const proposal = this.model.get("proposal");
    if (!("seq" in proposal) || proposal.seq <= this.newest) return;
    this.newest = proposal.seq;
    this.take((proposal as { structure: StructureRecord }).structure, proposal.seq);
  }

  private take(structure: StructureRecord, seq: number): void {
    this.seq = seq;
    if (sameRecord(structure, toRecord(this.committed))) return this.notify("status");
    const draft = keepPlaces(fromRecord(structure), this.committed);
    const moved = sameRecord(toRecord(draft), toRecord(this.committed));
    this.shadow = null;
    if (!moved) {
      this.history = record(this.history, { draft, selection: within(this.selection, draft) });
      this.notice = "";
    }
    this.notify("draft");
    if (!moved) this.replaced();
  }

  private hearVerdict(): void {
    const verdict = this.model.get("verdict");
    if (!("seq" in verdict) || (verdict.seq > 0 && verdict.seq < this.newest)) return;
    this.heard(verdict.seq);
    if (verdict.seq === 0 && verdict.error) return this.complain(verdict.error);
    if (verdict.notice) this.notice = verdict.notice;
    const sentence = verdict.error || verdict.notice;
    if (sentence) this.say(sentence);
    this.notify("status");
  }
}

/** Cores that come without a position stay where they are drawn now. */
function keepPlaces(next: Draft, shown: Draft): Draft {
  const known = new Map(shown.cores.map((core) => [core.name, core]));
  const cores = next.cores.map((core) => {
    const old = known.get(core.name);
    return Number.isFinite(core.x) || old === undefined ? core : { ...core, x: old.x, y: old.y };
  });
  return placeMissing({ ...next, cores });
}
