// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { plotGestures, plotKey } from "./plot_gestures.js";

const hands = {
  inside: ({ x }: { x: number }) => x >= 50, pan: vi.fn(), zoom: vi.fn(), reset: vi.fn(), click: vi.fn(), hover: vi.fn(), held: vi.fn(),
  toPlot: (event: MouseEvent) => ({ x: event.clientX, y: event.clientY }),
};
let element: HTMLElement;
let end: AbortController;
const pointer = (type: string, clientX: number, clientY: number, pointerId = 1): void => {
  element.dispatchEvent(Object.assign(new MouseEvent(type, { clientX, clientY, button: 0, bubbles: true }), { pointerId }));
};

beforeEach(() => {
  vi.clearAllMocks();
  element = document.createElement("div");
  end = new AbortController();
  plotGestures(element, hands, end.signal);
});
afterEach(() => end.abort());

it("takes a press that hardly moves for a click", () => {
  pointer("pointerdown", 100, 100);
  pointer("pointermove", 102, 101);
  pointer("pointerup", 102, 101);
  expect(hands.click).toHaveBeenCalledExactlyOnceWith({ x: 102, y: 101 });
  expect([hands.pan.mock.calls.length, hands.held.mock.calls.length]).toEqual([0, 0]);
});
it("moves with a drag, which ends without a click", () => {
  pointer("pointerdown", 100, 100);
  pointer("pointermove", 110, 100);
  pointer("pointermove", 130, 90);
  pointer("pointerup", 130, 90);
  expect(hands.pan.mock.calls).toEqual([[10, 0], [20, -10]]);
  expect(hands.held.mock.calls).toEqual([[true], [false]]);
  expect(hands.click).not.toHaveBeenCalled();
});
it("zooms between two fingers, by how they part", () => {
  pointer("pointerdown", 100, 100, 1);
  pointer("pointerdown", 200, 100, 2);
  pointer("pointermove", 300, 100, 2);
  expect(hands.zoom).toHaveBeenCalledExactlyOnceWith(2, { x: 200, y: 100 });
});
it("begins nothing on the axes", () => {
  pointer("pointerdown", 10, 100);
  pointer("pointerup", 10, 100);
  expect(hands.click).not.toHaveBeenCalled();
});
it("zooms with Ctrl and the wheel only, so that the page still scrolls", () => {
  const wheel = (ctrlKey: boolean): WheelEvent => new WheelEvent("wheel", { deltaY: -100, clientX: 100, ctrlKey, cancelable: true });
  const [plain, held] = [wheel(false), wheel(true)];
  for (const event of [plain, held]) element.dispatchEvent(event);
  expect([plain.defaultPrevented, held.defaultPrevented]).toEqual([false, true]);
  expect(hands.zoom.mock.calls[0]?.[0]).toBeGreaterThan(1);
});
it("moves and zooms with keys, and leaves the others alone", () => {
  const press = (key: string, held: KeyboardEventInit = {}): boolean => plotKey(new KeyboardEvent("keydown", { key, ...held }), hands);
  expect([press("ArrowLeft", { shiftKey: true }), press("+"), press("0"), press("ArrowLeft"), press("+", { ctrlKey: true })]).toEqual([true, true, true, false, false]);
  expect(hands.pan.mock.calls).toEqual([[40, 0]]);
  expect([hands.zoom.mock.calls.length, hands.reset.mock.calls.length]).toEqual([1, 1]);
});
