// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { svgBox } from "./svg_box.js";

afterEach(() => void vi.unstubAllGlobals());

it("draws when its size is known and when it changes, not otherwise", () => {
  let resize: (size: { width: number; height: number }) => void = () => {};
  const disconnect = vi.fn();
  vi.stubGlobal("ResizeObserver", class {
    constructor(tell: (entries: unknown[]) => void) {
      resize = (contentRect) => tell([{ contentRect }]);
    }
    observe(): void {}
    disconnect = disconnect;
  });
  const [draw, end] = [vi.fn(), new AbortController()];
  const box = svgBox("chart", draw, end.signal);
  resize({ width: 0, height: 0 });
  expect(draw).not.toHaveBeenCalled();
  resize({ width: 300, height: 40 });
  resize({ width: 300, height: 40 });
  expect(draw).toHaveBeenCalledOnce();
  expect([box.width, box.height, box.element.getAttribute("viewBox")]).toEqual([300, 40, "0 0 300 40"]);
  end.abort();
  expect(disconnect).toHaveBeenCalledOnce();
});
