import { expect, it } from "vitest";
import { asBytes, asFloats, putBuffers } from "./bytes.js";

it("reads bytes and numbers from a view that begins inside a buffer", () => {
  const buffer = new ArrayBuffer(11);
  new DataView(buffer).setFloat32(3, 1.5, true);
  new DataView(buffer).setFloat32(7, -2, true);
  const view = new DataView(buffer, 3, 8);
  expect(asBytes(view).length).toBe(8);
  expect([...asFloats(view)]).toEqual([1.5, -2]);
});
it("puts buffers where they were taken from, and leaves out what has no place or no buffer", () => {
  const content = { answer: { n: 1 }, state: { rows: [null, null] } };
  const paths = [["answer", "data"], ["state", "rows", 1], ["nowhere", "at", "all"], [], ["answer", "missing"]];
  const buffers = [new Uint8Array([1, 2]).buffer, new Uint8Array([0, 3, 4]).subarray(1), new ArrayBuffer(1), new ArrayBuffer(1)];
  putBuffers(content, paths, buffers);
  const read = (value: unknown): number[] => [...asBytes(value as DataView)];
  expect(Object.keys(content.answer)).toEqual(["n", "data"]);
  expect([read((content.answer as { data?: unknown }).data), content.state.rows[0], read(content.state.rows[1])]).toEqual([[1, 2], null, [3, 4]]);
});
