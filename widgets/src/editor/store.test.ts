import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as edits from "../structure/edits.js";
import { selecting } from "../structure/selection.js";
import { type Arrived, drawn, editOf, FakeModel, square } from "../testing/fake_model.js";
import type { EditorMessage, EditorState, StructureRecord } from "../wire/editor_state.js";
import { PATIENCE_MS, SILENT_KERNEL, TOO_LATE } from "../wire/link.js";
import { widgetLink } from "../wire/widget_link.js";
import { Store } from "./store.js";

let model: FakeModel;
let store: Store;
let end: AbortController;

const newStore = (): Store => new Store(widgetLink<EditorState, EditorMessage>(model, end.signal), end.signal);
const start = (state: Partial<EditorState> = {}): void => {
  model = new FakeModel(drawn(state));
  end = new AbortController();
  store = newStore();
};
const setRank = (rank: number, of = store): void => of.commit(edits.setRanks(of.committed, ["A-B"], () => rank));
const rank = (of = store): number | undefined => of.draft.bonds[0]?.rank;
const draft = (): Arrived => model.newest("draft");
const rankOf = (message: Arrived): number | undefined => (message["structure"] as StructureRecord).bonds[0]?.rank;
const withRank = (value: number): StructureRecord => ({ ...square(), bonds: square().bonds.map((bond, k) => (k === 0 ? { ...bond, rank: value } : bond)) });

beforeEach(() => {
  vi.useFakeTimers();
  start();
});
afterEach(() => {
  end.abort();
  expect([model.listeners, vi.getTimerCount()]).toEqual([0, 0]);
  vi.useRealTimers();
});

describe("an edit", () => {
  it("is proposed under a new name each time, and drawn at once", () => {
    setRank(7);
    const first = store.edit;
    setRank(8);
    expect([first, store.edit]).toEqual(model.told("draft").map(editOf));
    expect(first).not.toBe(store.edit);
    expect([rankOf(draft()), rank()]).toEqual([8, 8]);
  });
  it("is undone with the selection, and the result proposed", () => {
    store.select(selecting({ bonds: ["B-C"] }));
    store.commit(edits.remove(store.committed, store.selection, false));
    expect(store.selection.bonds).toEqual([]);
    store.undo();
    expect(store.selection.bonds).toEqual(["B-C"]);
    expect(draft()["structure"]).toEqual(square());
    store.redo();
    expect(store.committed.bonds.length).toBe(3);
  });
  it("is not made when read-only", () => {
    start({ read_only: true });
    setRank(7);
    expect([rank(), model.sent.length]).toEqual([2, 0]);
  });
});

describe("a structure from Python", () => {
  it("that is an older edit of this page is ignored; the newest is confirmed", async () => {
    setRank(7);
    const old = draft();
    setRank(8);
    await model.receive({ structure: old["structure"] as StructureRecord, edit: editOf(old) });
    expect([rank(), store.edit]).toEqual([8, editOf(draft())]);
    await model.accept(draft());
    expect([rank(), store.edit, store.error]).toEqual([8, editOf(draft()), ""]);
    store.undo();
    expect(rank()).toBe(7); // the confirmation was no step of its own
  });
  it("is taken where Python or another page set it, as one step to undo", async () => {
    setRank(7);
    await model.accept(draft());
    await model.receive({ structure: withRank(9), edit: "python:1", notice: "Large." });
    expect([rank(), store.edit, store.notice]).toEqual([9, "python:1", "Large."]);
    await model.receive({ structure: withRank(4), edit: "other:1", notice: "" });
    expect(rank()).toBe(4);
    store.undo();
    expect(rank()).toBe(9);
  });
  it.each([["structure", "edit", "notice"], ["notice", "edit", "structure"], ["edit", "structure", "notice"]] as const)(
    "is one step, whether it comes as %s, %s, %s", async (...names) => {
      const state = { structure: withRank(9), edit: "python:1", notice: "Large." };
      await model.receive(Object.fromEntries(names.map((name) => [name, state[name]])));
      expect([rank(), store.edit, store.notice]).toEqual([9, "python:1", "Large."]);
      store.undo();
      expect([rank(), store.canUndo]).toEqual([2, false]);
    });
  it("waits while a draft is unanswered: the draft wins where it came last, else it is taken", async () => {
    setRank(7);
    await model.receive({ structure: withRank(9), edit: "python:1" });
    expect(rank()).toBe(7);
    await model.accept(draft());
    expect([rank(), store.edit]).toEqual([7, editOf(draft())]);
    setRank(8);
    await model.receive({ structure: withRank(5), edit: "python:2" });
    await model.answer(draft(), { edit: editOf(draft()) }); // accepted, then replaced before the page could see it
    expect([rank(), store.edit]).toEqual([5, "python:2"]);
  });
  it("is the one that a new view shows, and none of before", async () => {
    setRank(7);
    await model.accept(draft());
    await model.receive({ structure: withRank(3), edit: "python:4" });
    const view = newStore();
    expect([rank(view), view.edit]).toEqual([3, "python:4"]);
  });
  it("comes to a second view of the model when it is accepted, and its edits to the first", async () => {
    const other = newStore();
    setRank(6);
    expect(rank(other)).toBe(2);
    await model.accept(draft());
    expect([rank(other), other.edit]).toEqual([6, store.edit]);
    setRank(5, other);
    await model.accept(draft());
    expect([rank(), store.edit]).toEqual([5, other.edit]);
    expect(store.canUndo && other.canUndo).toBe(true);
  });
});

describe("a refusal", () => {
  it("leaves the draft on the page, marked, whatever else Python says about the structure that it keeps", async () => {
    const said = vi.fn();
    store.say = said;
    setRank(7);
    await model.answer(draft(), { error: "No." });
    await model.receive({ notice: "About the one that is kept.", numbers: { edit: "", parameters: 1, compression_ratio: 1, contraction_cost: 1, size: 1, order: 4 } });
    expect([rank(), store.error, store.edit]).toEqual([7, "No.", editOf(draft())]);
    expect(said).toHaveBeenLastCalledWith("No.");
    setRank(8);
    expect(store.error).toBe("");
  });
  it("counts for the newest draft only", async () => {
    setRank(7);
    const old = draft();
    setRank(8);
    await model.answer(old, { error: "Late." });
    expect(store.error).toBe("");
    await model.answer(draft(), { late: true });
    expect(store.error).toBe(TOO_LATE);
  });
  it("of another page's draft is not heard", async () => {
    const other = newStore();
    setRank(7);
    await model.answer(draft(), { error: "No." });
    expect([rank(other), other.error]).toEqual([2, ""]);
  });
  it("is known at once where a draft is no network", () => {
    store.commit(edits.remove(store.committed, selecting({ bonds: ["A-B", "B-C"] }), false));
    expect(store.error).toContain("core B has no path");
    setRank(3);
    expect(store.committed.bonds.length).toBe(2);
  });
});

describe("a kernel that is silent", () => {
  it("is said to be, and gets the newest draft again when it answers anything", async () => {
    const said = vi.fn();
    store.say = said;
    setRank(7);
    setRank(8);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect([store.silent, said.mock.calls.filter(([sentence]) => sentence === SILENT_KERNEL).length]).toEqual([true, 1]);
    expect([rank(), store.error]).toEqual([8, ""]);
    await model.answer(model.told("draft")[0] as Arrived);
    expect(store.silent).toBe(false);
    expect(model.told("draft").map(rankOf)).toEqual([7, 8, 8]);
    expect([store.edit, store.canUndo]).toEqual([editOf(draft()), true]);
    await model.accept(draft());
    expect([rank(), model.told("draft").length]).toEqual([8, 3]);
  });
  it("that was only busy has the draft already, and is not sent it again", async () => {
    setRank(7);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    await model.accept(draft());
    expect([model.told("draft").length, store.silent, store.edit]).toEqual([1, false, editOf(draft())]);
  });
});

it("names edits alike whatever the page's clock says", async () => {
  for (const seconds of [0, 60, -60]) {
    vi.setSystemTime(1e12 + 1000 * seconds);
    setRank(70 + seconds);
    await model.accept(draft());
    expect([rank(), store.edit]).toEqual([70 + seconds, editOf(draft())]);
  }
  expect(model.told("draft").map(({ n }) => n)).toEqual([1, 2, 3]);
});
