// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { smallPicture } from "./small_picture.js";

it("draws a curve in its range, and an image as pixels", () => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  const values = new Float32Array([0, 1, -1]);
  const curve = smallPicture({ kind: "curve", width: 3, height: 1, channels: 1, pixels: values }, "a curve", [-1, 1]);
  expect(curve.querySelector("path")?.getAttribute("d")).toBe("M0.0 20.0L50.0 2.0L100.0 38.0");
  expect(curve.getAttribute("aria-label")).toBe("a curve");
  const image = smallPicture({ kind: "image", width: 2, height: 1, channels: 1, pixels: new Uint8Array([0, 255]) }, "an image") as HTMLCanvasElement;
  expect([image.tagName, image.width, image.height]).toEqual(["CANVAS", 2, 1]);
});
