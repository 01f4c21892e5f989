// @vitest-environment jsdom
import { expect, it } from "vitest";
import { square } from "../testing/fake_model.js";
import { placedInCircle, smallDiagram } from "./small_diagram.js";
import { fromRecord, isPlaced } from "../structure/structure.js";

it("draws every core, bond and leg, without words", () => {
  const drawn = smallDiagram(square());
  expect(drawn.querySelectorAll("circle").length).toBe(square().cores.length);
  expect(drawn.querySelectorAll("path").length).toBe(square().bonds.length + square().modes.length);
  expect(drawn.textContent).toBe("");
});
it("places cores that have no place", () => {
  const bare = { ...square(), cores: square().cores.map(({ legs }) => ({ legs })) };
  expect(placedInCircle(fromRecord(bare)).cores.every(isPlaced)).toBe(true);
  expect(smallDiagram(bare).getAttribute("viewBox")).not.toContain("NaN");
});
it("draws latent cores and the dot of a hyper-bond", () => {
  const star = { ...square(), cores: square().cores.map((core, k) => (k === 0 ? { ...core, legs: [] } : core)), modes: square().modes.slice(1), bonds: [{ cores: [0, 1, 2, 3], rank: 2 }] };
  const drawn = smallDiagram(star);
  expect(drawn.querySelectorAll(".tn-small-latent").length).toBe(1);
  expect(drawn.querySelectorAll(".tn-small-dot").length).toBe(1);
});
