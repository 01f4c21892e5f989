import { expect, it } from "vitest";
import { asBytes, asFloats } from "./bytes.js";

it("reads bytes and numbers from a view that begins inside a buffer", () => {
  const buffer = new ArrayBuffer(11);
  new DataView(buffer).setFloat32(3, 1.5, true);
  new DataView(buffer).setFloat32(7, -2, true);
  const view = new DataView(buffer, 3, 8);
  expect(asBytes(view).length).toBe(8);
  expect([...asFloats(view)]).toEqual([1.5, -2]);
});
