import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedSearch } from "../../testing/fake_workbench.js";
import { LaneBook } from "./lane_book.js";

let now = 0;
let asked: { lane: number; from: number }[] = [];
let book: LaneBook;
beforeEach(() => {
  now = 10_000;
  asked = [];
  book = new LaneBook((lane, from) => asked.push({ lane, from }), () => now);
});

describe("what the page knows of the lanes", () => {
  it("is asked for by a new view, once, and again when nothing comes", () => {
    const lane = new SimulatedSearch("growth", { id: 4, most: 1000 });
    lane.run(500);
    book.follow([lane.lane()]);
    book.follow([lane.lane()]);
    expect(asked).toEqual([{ lane: 4, from: 1 }]);
    now += 3000;
    book.follow([lane.lane()]);
    expect(asked.length).toBe(2);
    book.receive({ lane: 4, generation: 0, ...lane.piece(0, 300) });
    book.follow([lane.lane()]);
    now += 3000;
    book.follow([lane.lane()]);
    expect(asked[2]).toEqual({ lane: 4, from: 301 });
    book.receive({ lane: 4, generation: 0, ...lane.piece(300, 500) });
    now += 3000;
    book.follow([lane.lane()]);
    expect(asked.length).toBe(3);
    expect(book.of(4).points.count).toBe(500);
  });
  it("is asked for from where it tears", () => {
    const lane = new SimulatedSearch("growth", { id: 4, most: 1000 });
    lane.run(900);
    book.receive({ lane: 4, generation: 0, ...lane.piece(0, 100) });
    book.receive({ lane: 4, generation: 0, ...lane.piece(150, 200) });
    expect(asked).toEqual([{ lane: 4, from: 101 }]);
  });
  it("is forgotten with another generation, and with the lane", () => {
    const lane = new SimulatedSearch("growth", { id: 4, most: 1000 });
    lane.run(100);
    book.receive({ lane: 4, generation: 0, ...lane.piece(0, 100) });
    book.receive({ lane: 4, generation: 2, ...lane.piece(0, 40) });
    expect(book.of(4).points.count).toBe(40);
    book.receive({ lane: 4, generation: 1, ...lane.piece(0, 100) });
    expect(book.of(4).points.count).toBe(40);
    book.follow([lane.lane({ generation: 3, total: 0 })]);
    expect(book.of(4).points.count).toBe(0);
    book.receive({ lane: 4, generation: 3, from: 1, count: 5, data: new ArrayBuffer(3) });
    expect(book.of(4).points.count).toBe(0);
    const points = book.of(4).points;
    book.follow([]);
    expect(book.of(4).points).not.toBe(points);
  });
});
