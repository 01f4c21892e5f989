import { expect, it } from "vitest";
import { fitted, moved, nearer, transformOf, viewBoxOf, WHOLE } from "./zooming.js";

const shown = { width: 200, height: 100 };

it("shows a picture as large as its box allows", () => {
  expect(fitted({ width: 300, height: 100 }, { width: 20, height: 10 })).toEqual(shown);
});
it("keeps what is at a point there when it zooms, and stays within the picture", () => {
  const view = nearer(WHOLE, 2, shown, { x: 50, y: 0 });
  expect(view).toEqual({ zoom: 2, x: 0.125, y: 0 });
  expect(transformOf(view, shown)).toBe("translate(-50.0px, 0.0px) scale(2.000)"); // 2 * 50 - 50 = 50
  expect(nearer(view, 0.1, shown)).toEqual(WHOLE);
});
it("lets the picture follow the pointer, up to its edge", () => {
  const view = nearer(WHOLE, 4, shown);
  expect(moved(view, -80, 40, shown)).toEqual({ zoom: 4, x: 0.1, y: -0.1 });
  expect(moved(view, -1e6, 0, shown).x).toBe(0.375);
  expect(moved(WHOLE, 10, 10, shown)).toEqual({ zoom: 1, x: 0, y: 0 });
});
it("shows some points of a series at their whole height", () => {
  expect(viewBoxOf({ zoom: 4, x: 0.375, y: 0.2 }, { width: 300, height: 150 })).toBe("225.00 0 75.00 150");
});
