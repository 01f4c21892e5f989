import { expect, it } from "vitest";
import { NOTHING, selecting } from "../../structure/selection.js";
import { fromRecord } from "../../structure/structure.js";
import { square } from "../../testing/fake_model.js";
import { describe as inWords } from "./inspector.js";

const draft = fromRecord(square()); // modes 4, 5, 6, 7; ranks A-B 2, B-C 3, C-D 4, A-D 5

it("describes one item with its numbers, several by their count, and the network where none is selected", () => {
  expect(inWords(draft, NOTHING)).toBe("4 cores, 4 bonds, 4 modes");
  expect(inWords(draft, selecting({ cores: ["A"] }))).toBe("core A  4 x 2 x 5 = 40 parameters (14\u202f%)");
  expect(inWords(draft, selecting({ bonds: ["B-C"] }))).toBe("bond B-C  rank");
  expect(inWords(draft, selecting({ legs: [2] }))).toBe("leg of core C  mode 2  size");
  expect(inWords(draft, selecting({ cores: ["A", "B"], legs: [0] }))).toBe("2 cores, 1 leg selected");
});
it("names latent cores, held ones and hyper-bonds", () => {
  const star = fromRecord({ ...square(), cores: square().cores.map((core, k) => (k === 0 ? { ...core, legs: [], pinned: true } : core)), bonds: [{ cores: [0, 1, 2, 3], rank: 2 }] });
  expect(inWords(star, selecting({ cores: ["A"] }))).toMatch(/^latent core A {2}2 = 2 parameters .* held in place$/);
  expect(inWords(star, selecting({ bonds: ["A-B-C-D"] }))).toBe("hyper-bond A-B-C-D  rank");
});
