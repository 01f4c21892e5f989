import { expect, it } from "vitest";
import { square } from "../testing/fake_model.js";
import { count, everything, includes, NOTHING, only, selecting, toggle, union, within } from "./selection.js";
import { fromRecord } from "./structure.js";

const draft = fromRecord(square());

it("adds an item with toggle, and takes it away again", () => {
  const bond = { kind: "bond", id: "A-B" } as const;
  const both = toggle(only({ kind: "leg", id: 2 }), bond);
  expect(both).toEqual(selecting({ bonds: ["A-B"], legs: [2] }));
  expect([includes(both, bond), count(both)]).toEqual([true, 2]);
  expect(toggle(both, bond)).toEqual(selecting({ legs: [2] }));
});
it("unites without saying anything twice", () => {
  expect(union(selecting({ cores: ["A", "B"] }), selecting({ cores: ["B", "C"] })).cores).toEqual(["A", "B", "C"]);
});
it("keeps only what the draft has", () => {
  expect(within(selecting({ cores: ["A", "Z"], bonds: ["A-B", "A-C"], legs: [1, 9] }), draft)).toEqual(selecting({ cores: ["A"], bonds: ["A-B"], legs: [1] }));
  expect(within(everything(draft), draft)).toEqual(everything(draft));
  expect([count(everything(draft)), count(NOTHING)]).toEqual([12, 0]);
});
