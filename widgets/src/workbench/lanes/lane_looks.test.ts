import { expect, it } from "vitest";
import { fakeLane } from "../../testing/fake_workbench.js";
import { laneName } from "./lane_looks.js";


it("names a lane by its engine, and two of one engine by their studies", () => {
  expect([laneName(fakeLane(1, 1), [fakeLane(1, 1)]), laneName(fakeLane(1, 1), [fakeLane(1, 1), fakeLane(2, 1)])]).toEqual(["growth", "growth (s1)"]);
});
