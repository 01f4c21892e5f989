import { describe, expect, it } from "vitest";
import { type Draft, fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import { type Cut, type CutDrawing, drawCut, groups, inOrder, insiders, piecesOf, smooth } from "./cut_line.js";
import { type Scene, sceneOf } from "./scene.js";

const ring = fromRecord(square());
const star: Draft = fromRecord({
  version: 1,
  modes: [2, 2, 2],
  cores: [{ legs: [0], name: "A", position: [0, 0] }, { legs: [1], name: "B", position: [240, 0] }, { legs: [2], name: "C", position: [120, 200] }, { legs: [], name: "E", position: [120, 80] }],
  bonds: [{ cores: [0, 3], rank: 2 }, { cores: [1, 3], rank: 2 }, { cores: [2, 3], rank: 2 }],
});

const drawn = (draft: Draft, scene: Scene, cut: Cut): CutDrawing => drawCut(scene, cut, piecesOf(draft, cut));

describe("sides of a cut", () => {
  it("hold the cores of its modes, and latent cores where their bonds are whole", () => {
    expect([...insiders(ring, { modes: [0, 1], crossing: ["B-C", "A-D"] })]).toEqual(["A", "B"]);
    expect([...insiders(star, { modes: [0], crossing: ["A-E"] })]).toEqual(["A"]);
    expect([...insiders(star, { modes: [0, 1], crossing: ["C-E"] })].sort()).toEqual(["A", "B", "E"]);
  });
  it("put a core with legs of both sides where it hangs", () => {
    const mixed: Draft = { ...ring, cores: ring.cores.map((core) => (core.name === "A" ? { ...core, legs: [0, 9] } : core)) };
    expect([...insiders(mixed, { modes: [0, 1], crossing: ["B-C", "A-D"] })].sort()).toEqual(["A", "B"]);
  });
  it("fall into pieces that hang together", () => {
    const cut = { modes: [0, 2], crossing: ["A-B", "B-C", "C-D", "A-D"] };
    expect(groups(ring, new Set(["A", "C"]), cut)).toEqual([["A"], ["C"]]);
    expect(groups(ring, new Set(["A", "B"]), { modes: [0, 1], crossing: ["B-C", "A-D"] })).toEqual([["A", "B"]]);
  });
});

describe("a cut is drawn", () => {
  it("as one line through the bonds that it counts, beside their ranks", () => {
    const drawing = drawn(ring, sceneOf(ring), { modes: [0, 1], crossing: ["B-C", "A-D"] });
    expect(drawing.lines.length).toBe(1);
    expect(drawing.crossings.map((crossing) => crossing.key).sort()).toEqual(["A-D", "B-C"]);
    const heights = drawing.crossings.map((crossing) => crossing.at.y);
    expect(heights[0]).toBeCloseTo(heights[1] as number);
    expect(heights[0]).toBeGreaterThan(18);
    expect(heights[0]).not.toBeCloseTo(60);
    const [left, right] = drawing.ends.map((end) => end.x).sort((a, b) => a - b);
    expect(left).toBeLessThan(0);
    expect(right).toBeGreaterThan(120);
  });
  it("across a single bond at a right angle", () => {
    const [line] = drawn(star, sceneOf(star), { modes: [2], crossing: ["C-E"] }).lines;
    const numbers = (line ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [];
    expect(numbers[1]).toBeCloseTo(numbers[numbers.length - 1] as number);
  });
  it("as several lines where the smaller side is in pieces", () => {
    const cut = { modes: [0, 2], crossing: ["A-B", "B-C", "C-D", "A-D"] };
    expect(drawn(ring, sceneOf(ring), cut).lines.length).toBe(2);
  });
  it("across the spokes of a hyper-bond, one for every core of the side", () => {
    const cp = fromRecord({ ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 3 }] });
    const drawing = drawn(cp, sceneOf(cp), { modes: [0, 1], crossing: ["A-B-C-D"] });
    expect(drawing.crossings.map((crossing) => crossing.key)).toEqual(["A-B-C-D A", "A-B-C-D B"]);
  });
  it("not at all where the bonds are gone", () => {
    expect(drawn(ring, { cores: [], bonds: [], legs: [] }, { modes: [0], crossing: ["X-Y"] }).crossings).toEqual([]);
  });
});

it("joins points all around a core to a ring, and others to a line that begins after the widest gap", () => {
  const [east, north, west, south] = [{ x: 1, y: 0 }, { x: 0, y: -1 }, { x: -1, y: 0 }, { x: 0, y: 1 }];
  expect(inOrder([east, west, north, south], { x: 0, y: 0 }).open).toBe(false);
  const half = inOrder([west, east, south], { x: 0, y: 0 });
  expect(half.open).toBe(true);
  expect(half.points[1]).toEqual(south);
  expect(smooth([east, south], false)).toMatch(/^M1.0 0.0C/);
  expect(smooth([east, south, west, north], true)).toMatch(/Z$/);
});
