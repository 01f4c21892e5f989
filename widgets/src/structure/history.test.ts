import { expect, it } from "vitest";
import { begin, record, redo, reselect, undo } from "./history.js";
import { NOTHING, selecting } from "./selection.js";
import { EMPTY } from "./structure.js";

const draft = (size: number) => ({ ...EMPTY, modes: [size] });
const moment = (size: number, core = "") => ({ draft: draft(size), selection: core ? selecting({ cores: [core] }) : NOTHING });

it("goes back and forth with the selection of the time", () => {
  let history = reselect(begin(moment(1)), selecting({ bonds: ["A-B"] }));
  history = record(history, moment(2, "C"));
  const back = undo(history);
  expect(back.present.draft.modes).toEqual([1]);
  expect(back.present.selection.bonds).toEqual(["A-B"]);
  expect(redo(back).present.selection.cores).toEqual(["C"]);
});
it("stays where it is at its ends", () => {
  const history = begin(moment(1));
  expect(undo(history)).toBe(history);
  expect(redo(history)).toBe(history);
});
it("forgets the future at a new step", () => {
  const history = record(undo(record(begin(moment(1)), moment(2))), moment(3));
  expect(redo(history)).toBe(history);
  expect(undo(history).present.draft.modes).toEqual([1]);
});
it("takes quick steps of one kind as one", () => {
  let history = begin(moment(1));
  for (const [size, time] of [[2, 1000], [3, 1300], [4, 1600]] as const) history = record(history, moment(size), "rank A-B", time);
  expect(undo(history).present.draft.modes).toEqual([1]);
  history = record(history, moment(5), "rank A-B", 9000);
  expect(undo(history).present.draft.modes).toEqual([4]);
});
