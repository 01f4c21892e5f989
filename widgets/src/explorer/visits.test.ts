import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import type { ExplorerLink, ExplorerMessage, ExplorerState, Visit } from "../wire/explorer_state.js";
import { PATIENCE_MS } from "../wire/link.js";
import { widgetLink } from "../wire/widget_link.js";
import { Visits } from "./visits.js";

const visit = (id: number, relative_error = 0.1): Visit => ({ id, parameters: 10 * id, relative_error, label: "4 cores", status: "", cut_short: false, format: "Tensor train" });
const changed = vi.fn();
let model: FakeModel<ExplorerState>;
let end: AbortController;
let link: ExplorerLink;
let visits: Visits;
const known = (): unknown => [visits.all.map(({ id, relative_error }) => [id, relative_error]), visits.currentId];

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  model = new FakeModel<ExplorerState>({ current_id: 0 });
  end = new AbortController();
  link = widgetLink<ExplorerState, ExplorerMessage>(model, end.signal);
  visits = new Visits(link, changed, end.signal);
});
afterEach(() => {
  end.abort();
  expect([model.listeners, vi.getTimerCount()]).toEqual([0, 0]);
  vi.useRealTimers();
});

it("asks once for all, and follows the events", async () => {
  await model.answer(model.newest("visits"), { visits: [visit(1), visit(2)], current_id: 2 });
  expect(known()).toEqual([[[1, 0.1], [2, 0.1]], 2]);
  model.tell({ event: "visits", visits: [visit(2, 0.05), visit(3)], current_id: 3, fresh: false });
  expect(known()).toEqual([[[1, 0.1], [2, 0.05], [3, 0.1]], 3]);
  model.tell({ event: "visits", visits: [visit(7)], current_id: 0, fresh: true });
  expect(known()).toEqual([[[7, 0.1]], 0]);
  model.receive({ current_id: 7 });
  expect([known(), model.told("visits").length, changed.mock.calls.length]).toEqual([[[[7, 0.1]], 7], 1, 4]);
});
it("forgets those that are gone", async () => {
  await model.answer(model.newest("visits"), { visits: [visit(1), visit(2), visit(3)], current_id: 3 });
  model.tell({ event: "visits", visits: [visit(4)], current_id: 4, gone: [1, 3] });
  expect(known()).toEqual([[[2, 0.1], [4, 0.1]], 4]);
});
it("keeps what events told before the answer and in the same moment as it", async () => {
  model.tell({ event: "visits", visits: [visit(3)], current_id: 3 });
  const answered = model.answer(model.newest("visits"), { visits: [visit(1), visit(2)], current_id: 2 });
  model.tell({ event: "visits", visits: [visit(2, 0.05)], current_id: 2, gone: [1] });
  await answered;
  expect(known()).toEqual([[[2, 0.05], [3, 0.1]], 2]);
  await model.answer(model.newest("visits"), { visits: [], current_id: 0 }); // a second answer changes nothing
  expect(known()).toEqual([[[2, 0.05], [3, 0.1]], 2]);
});
it("waits for a busy kernel as long as it takes, and asks again after a silence, when events may be lost", async () => {
  await vi.advanceTimersByTimeAsync(1e6);
  await model.answer(model.newest("visits"), { visits: [visit(1)], current_id: 1 });
  expect(known()).toEqual([[[1, 0.1]], 1]);
  link.send({ kind: "pause" }).catch(() => {});
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(model.told("visits").length).toBe(1);
  await model.answer(model.newest("pause"));
  await model.answer(model.newest("visits"), { visits: [visit(2)], current_id: 2 });
  expect([known(), model.told("visits").length]).toEqual([[[[2, 0.1]], 2], 2]);
});
it("keeps what it knows where Python refuses to tell", async () => {
  model.tell({ event: "visits", visits: [visit(1)], current_id: 1 });
  await model.answer(model.newest("visits"), { error: "Not now." });
  expect(known()).toEqual([[[1, 0.1]], 1]);
});
