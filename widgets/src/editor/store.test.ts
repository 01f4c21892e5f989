import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as edits from "../structure/edits.js";
import { selecting } from "../structure/selection.js";
import { FakeModel, square } from "../testing/fake_model.js";
import { REPLY_TIMEOUT_MS } from "../wire/ask.js";
import type { Proposal, StructureRecord } from "../wire/editor_state.js";
import { Store } from "./store.js";

let model: FakeModel;
let store: Store;
let end: AbortController;

const start = (traits = {}): void => {
  model = new FakeModel(traits);
  end = new AbortController();
  store = new Store(model, end.signal);
};
const setRank = (rank: number): void => store.commit(edits.setRanks(store.committed, ["A-B"], () => rank));
const rank = (): number | undefined => store.draft.bonds[0]?.rank;
const proposal = (): Proposal => model.state.proposal as Proposal;
const withRank = (value: number): StructureRecord => ({ ...square(), bonds: square().bonds.map((bond, k) => (k === 0 ? { ...bond, rank: value } : bond)) });

beforeEach(() => {
  vi.useFakeTimers();
  start();
});
afterEach(() => vi.useRealTimers());

it("proposes every edit with a growing number and draws it at once", () => {
  setRank(7);
  const first = proposal().seq;
  setRank(8);
  expect(proposal().seq).toBeGreaterThan(first);
  expect(proposal().structure.bonds[0]?.rank).toBe(8);
  expect(rank()).toBe(8);
});
it("ignores an echo older than its newest proposal", () => {
  setRank(7);
  const old = proposal();
  setRank(8);
  model.receive({ structure: old.structure, structure_seq: old.seq });
  expect(rank()).toBe(8);
});
it("always takes what Python changed by itself, as a step to undo", () => {
  setRank(7);
  model.receive({ structure: withRank(9), structure_seq: 0 });
  expect(rank()).toBe(9);
  store.undo();
  expect(rank()).toBe(7);
});
it("tells apart the structures that Python puts up, and never goes back to a proposal left over from before them", () => {
  setRank(7);
  model.receive({ structure: withRank(9), structure_seq: -1 });
  expect([rank(), store.seq]).toEqual([9, -1]);
  model.receive({ structure: withRank(8), structure_seq: -2, verdict: { seq: -2, error: "", notice: "Large." } });
  expect([rank(), store.seq, store.notice]).toEqual([8, -2, "Large."]);
  expect(new Store(model, end.signal).draft.bonds[0]?.rank).toBe(8);
  setRank(5);
  expect(proposal().seq).toBeGreaterThan(0);
});
it("keeps a draft that is not applied, and says why", () => {
  store.commit(edits.remove(store.committed, selecting({ bonds: ["A-B", "B-C"] }), false));
  expect(store.error).toContain("core B has no path");
  setRank(3);
  expect(store.committed.bonds.length).toBe(2);
});
it("shows the error of its newest proposal only", () => {
  setRank(7);
  const old = proposal().seq;
  model.receive({ verdict: { seq: old, error: "No.", notice: "" } });
  expect(store.error).toBe("No.");
  setRank(8);
  expect(store.error).toBe("");
  model.receive({ verdict: { seq: old, error: "Late.", notice: "" } });
  expect(store.error).toBe("");
});
it("undoes with the selection, and proposes the result", () => {
  store.select(selecting({ bonds: ["B-C"] }));
  store.commit(edits.remove(store.committed, store.selection, false));
  expect(store.selection.bonds).toEqual([]);
  store.undo();
  expect(store.selection.bonds).toEqual(["B-C"]);
  expect(proposal().structure).toEqual(square());
  store.redo();
  expect(store.committed.bonds.length).toBe(3);
});
it("follows another view of the same model", () => {
  const other = new Store(model, end.signal);
  setRank(6);
  expect(other.draft.bonds[0]?.rank).toBe(6);
  expect(other.seq).toBe(store.seq);
});
it("says when the kernel is silent, and takes it back", () => {
  setRank(7);
  vi.advanceTimersByTime(REPLY_TIMEOUT_MS + 1);
  expect(store.silent).toBe(true);
  model.receive({ structure: proposal().structure, structure_seq: proposal().seq });
  expect(store.silent).toBe(false);
});
it("edits nothing when read-only", () => {
  start({ read_only: true });
  setRank(7);
  expect(rank()).toBe(2);
  expect(model.saved).toBe(0);
});
it("leaves no listener and no timer behind", () => {
  setRank(7);
  end.abort();
  expect(model.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
