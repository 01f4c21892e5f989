import { expect, it } from "vitest";
import { endsWords, pixelAt, readPixel } from "./reading.js";

it("finds the pixel of a picture that is centred in a wider box, and none beside it", () => {
  const [box, picture] = [{ width: 40, height: 20 }, { width: 2, height: 2 }];
  expect(pixelAt({ x: 21, y: 3 }, box, picture)).toEqual({ row: 0, column: 1 });
  expect(pixelAt({ x: 12, y: 19 }, box, picture)).toEqual({ row: 1, column: 0 });
  expect(pixelAt({ x: 5, y: 3 }, box, picture)).toBeNull();
});
it("says the data, the reconstruction and the difference, and which differences are beyond their scale", () => {
  const tensor = { bytes: Uint8Array.of(0, 255), ends: [0, 51] } as const;
  const fit = { reconstruction: { bytes: Uint8Array.of(5, 50), ends: [0, 51] }, residual: { bytes: Uint8Array.of(0, 255), ends: [-2, 2] } } as const;
  const words = readPixel({ row: 0, column: 1 }, { width: 2, channels: 1 }, tensor, fit);
  expect(words).toBe("row 1, column 2: data 51; reconstruction 10; difference ≥\u202f2");
});
it("says each of three colours", () => {
  expect(readPixel({ row: 0, column: 0 }, { width: 1, channels: 3 }, { bytes: Uint8Array.of(0, 5, 255), ends: [0, 255] })).toContain("data 0, 5, 255");
});
it("says what black and white stand for", () => {
  expect(endsWords({ low: -2, high: 0.5, channels: 1 })).toBe("black -2, white 0.5");
  expect(endsWords({ low: 0, high: 1, channels: 3 })).toBe("each colour 0 to 1");
  expect(endsWords({ low: 4, high: 4, channels: 1 })).toBe("4 everywhere");
});
