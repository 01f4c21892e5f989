import { expect, it } from "vitest";
import { square } from "../testing/fake_model.js";
import { type Clip, copy, parseClip, paste } from "./clipboard.js";
import { selecting } from "./selection.js";
import { fromRecord } from "./structure.js";

const ring = fromRecord(square());
const clip = copy(ring, selecting({ cores: ["B", "C"] })) as Clip;

it("takes cores with the bonds wholly among them", () => {
  expect(clip.cores.map((core) => core.sizes)).toEqual([[5], [6]]);
  expect(clip.bonds).toEqual([{ cores: ["B", "C"], rank: 3 }]);
  expect(copy(ring, selecting({ bonds: ["A-B"] }))).toBeNull();
});
it("pastes with new names and new modes", () => {
  const { draft, select } = paste(ring, clip, false);
  expect(draft.modes).toEqual([4, 5, 6, 7, 5, 6]);
  expect(select?.cores).toEqual(["E", "F"]);
  expect(draft.bonds[4]?.id).toBe("E-F");
});
it("pastes latent cores where the modes are a tensor's, and says so", () => {
  const { draft, notice } = paste(ring, clip, true);
  expect(draft.modes).toEqual([4, 5, 6, 7]);
  expect(draft.cores.slice(4).every((core) => core.legs.length === 0)).toBe(true);
  expect(notice).toContain("without legs");
});
it("never pastes onto a core", () => {
  const twice = paste(paste(ring, clip, false).draft, clip, false).draft;
  const places = twice.cores.map((core) => `${core.x},${core.y}`);
  expect(new Set(places).size).toBe(places.length);
});
it("reads its own text and nothing else", () => {
  expect(parseClip(JSON.stringify(clip))).toEqual(clip);
  for (const text of ["", "x", "null", "{}", '{"tnlab":"clip"}', '{"tnlab":"clip","cores":[{"name":"A","sizes":[0],"x":0,"y":0}],"bonds":[]}']) {
    expect(parseClip(text)).toBeNull();
  }
});
