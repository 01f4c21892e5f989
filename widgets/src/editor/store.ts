/**
 * The draft on screen, its selection and history, kept in step with Python and with other views.
 *
 * Every draft is a message, and an edit of the name "client:n". How a structure from Python is read, by its edit: the
 * newest draft of this page is confirmed by it, an older one of this page is ignored, any other (of another page, or of
 * Python itself) is taken, unless a draft of this page still waits for its answer. A draft that is refused stays.
 */

import { placeMissing } from "../diagram/missing_places.js";
import type { Edit } from "../structure/edits.js";
import { amend, begin, type History, record, redo, reselect, undo } from "../structure/history.js";
import { NOTHING, type Selection, within } from "../structure/selection.js";
import { type Draft, draftError, EMPTY, fromRecord, toRecord } from "../structure/structure.js";
import type { EditorLink, StructureRecord } from "../wire/editor_state.js";
import { KernelSilence, SILENT_KERNEL } from "../wire/link.js";

export type Reason = "draft" | "preview" | "selection" | "status";

const isRecord = (value: object): value is StructureRecord => "cores" in value;
const sameRecord = (a: StructureRecord, b: StructureRecord): boolean => JSON.stringify(a) === JSON.stringify(b);

export class Store {
  private history: History;
  private shadow: Draft | null = null;
  private readonly listeners: ((reason: Reason) => void)[] = [];
  /** Whether the newest draft is answered, waits for its answer, or was given up because the kernel is silent. */
  private fate: "answered" | "waiting" | "lost" = "answered";
  /** The edit of the structure that Python holds, as last seen. */
  private seen: string;
  /** Whether `adopt` is about to be called. */
  private adopting = false;
  /** Whether that structure came while the draft waited. */
  private held = false;
  /** Why Python refused the draft on screen. */
  private refusal = "";
  /** The edit that is on screen. */
  edit: string;
  edited = false;
  /** The last sentence that is not an error; gone with the next edit. */
  notice: string;
  /** Called with every sentence to speak. */
  say: (sentence: string) => void = () => {};
  /** Called when Python or another view has replaced the structure. */
  replaced: () => void = () => {};
  /** Called before the network becomes another one, so that a drag that began on the old one ends. */
  interrupt: () => void = () => {};

  constructor(
    private readonly link: EditorLink,
    private readonly signal: AbortSignal,
  ) {
    const structure = link.get("structure");
    this.history = begin({ draft: isRecord(structure) ? placeMissing(fromRecord(structure)) : EMPTY, selection: NOTHING });
    this.edit = this.seen = link.get("edit");
    this.notice = link.get("notice");
    link.on(["structure", "edit", "notice"], () => this.adoptSoon(), signal);
    link.on(["modes_locked", "read_only", "numbers"], () => this.notify("status"), signal);
    link.onSilence((silent) => this.hearSilence(silent), signal);
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
    return this.link.get("modes_locked");
  }

  get readOnly(): boolean {
    return this.link.get("read_only");
  }

  get canUndo(): boolean {
    return this.history.past.length > 0;
  }

  get canRedo(): boolean {
    return this.history.future.length > 0;
  }

  get error(): string {
    return draftError(this.committed) || this.refusal;
  }

  get silent(): boolean {
    return this.link.silent;
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
    this.interrupt();
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
    this.interrupt();
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
    const answer = this.link.send({ kind: "draft", structure: toRecord(this.committed) });
    const edit = `${this.link.client}:${this.link.sent}`;
    [this.edit, this.notice, this.refusal] = [edit, notice, ""];
    [this.fate, this.held, this.edited] = ["waiting", false, true];
    answer.then(() => this.accepted(edit), (error: Error) => this.refused(edit, error));
  }

  private accepted(edit: string): void {
    if (edit !== this.edit) return;
    this.fate = "answered";
    if (this.held) this.adopt();
  }

  private refused(edit: string, error: Error): void {
    if (edit !== this.edit || this.fate !== "waiting") return;
    this.fate = error instanceof KernelSilence ? "lost" : "answered";
    if (this.fate === "lost") return; // that the kernel is silent is said once, by `hearSilence`
    [this.refusal, this.held] = [error.message, false];
    this.say(error.message);
    this.notify("status");
  }

  private hearSilence(silent: boolean): void {
    if (silent) this.say(SILENT_KERNEL);
    else {
      this.adopt(); // Python may hold the draft already
      if (this.fate === "lost") this.propose(this.notice); // it may never have arrived
    }
    this.notify("status");
  }

  /** Look once all that belongs together is there: some hosts set a structure, its edit and its notice one by one, in any order. */
  private adoptSoon(): void {
    if (this.adopting) return;
    this.adopting = true;
    queueMicrotask(() => {
      this.adopting = false;
      if (!this.signal.aborted) this.adopt();
    });
  }

  /** Look at the structure that Python holds now. */
  private adopt(): void {
    const [edit, structure] = [this.link.get("edit"), this.link.get("structure")];
    if (!isRecord(structure)) return;
    if (edit !== this.edit && !this.isWanted(edit)) return;
    [this.fate, this.held, this.seen] = ["answered", false, edit];
    this.take(structure, edit);
    this.hearNotice(this.link.get("notice"));
  }

  /** Whether to take the structure of an edit that is not the one on screen. */
  private isWanted(edit: string): boolean {
    const own = edit.startsWith(`${this.link.client}:`);
    if (own || (edit === this.seen && !this.held)) return false; // older than what is on screen
    [this.seen, this.held] = [edit, this.fate !== "answered"];
    return !this.held;
  }

  private hearNotice(notice: string): void {
    if (notice === "" || notice === this.notice) return;
    this.notice = notice;
    this.say(notice);
    this.notify("status");
  }

  private take(structure: StructureRecord, edit: string): void {
    if (edit !== this.edit) this.refusal = "";
    this.edit = edit;
    const shown = toRecord(this.committed);
    const draft = keepPlaces(fromRecord(structure), this.committed);
    if (sameRecord(structure, shown)) return this.notify("status");
    const same = sameRecord(toRecord(draft), shown);
    this.shadow = null;
    if (!same) {
      this.interrupt();
      this.history = record(this.history, { draft, selection: within(this.selection, draft) });
      this.notice = "";
    }
    this.notify("draft");
    if (!same) this.replaced();
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
