import { expect, it } from "vitest";
import { fromRecord, isPlaced } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { distance, type Point } from "../ui/plane.js";
import { needsLayout, placeMissing } from "./missing_places.js";

const bare = { ...square(), cores: square().cores.map(({ legs }) => ({ legs })) };

it("puts cores without positions on a circle, apart", () => {
  const draft = fromRecord(bare);
  expect(needsLayout(draft)).toBe(true);
  const { cores } = placeMissing(draft);
  expect(cores.every(isPlaced)).toBe(true);
  expect(distance(cores[0] as Point, cores[1] as Point)).toBeGreaterThan(60);
});
it("puts a new core beside its neighbour and leaves the others", () => {
  const record = square();
  record.cores.push({ legs: [] });
  record.bonds.push({ cores: [1, 4], rank: 2 });
  const draft = placeMissing(fromRecord(record));
  expect(draft.cores.slice(0, 4)).toEqual(fromRecord(square()).cores);
  expect(draft.cores.slice(0, 4).every((core) => distance(core, draft.cores[4] as Point) > 70)).toBe(true);
});
