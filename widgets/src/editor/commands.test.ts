import { expect, it, vi } from "vitest";
import { type Command, isViewOnly, run } from "./commands.js";
import type { Desk } from "./desk.js";

const fake = (readOnly: boolean) => ({ store: { readOnly, undo: vi.fn(), select: vi.fn() }, stage: { zoom: vi.fn(), fit: vi.fn() }, tell: vi.fn(), show: vi.fn() });

it("refuses what changes a read-only diagram, in a sentence", () => {
  const desk = fake(true);
  run(desk as unknown as Desk, "undo");
  expect(desk.tell).toHaveBeenCalledWith("This diagram is read-only.");
  expect(desk.store.undo).not.toHaveBeenCalled();
  run(desk as unknown as Desk, "zoom_in");
  expect(desk.stage.zoom).toHaveBeenCalledWith(1.25);
});
it("leaves to a read-only diagram what only looks, copies or explains", () => {
  const all: Command[] = ["core", "bond", "leg", "delete", "collapse", "raise", "lower", "undo", "redo", "copy", "cut", "paste", "layout", "hold", "graph", "fit", "export", "import", "help", "menu"];
  expect(all.filter(isViewOnly)).toEqual(["copy", "graph", "fit", "export", "help", "menu"]);
});
it("opens the sheets by name", () => {
  const desk = fake(false);
  for (const name of ["import", "export", "help", "menu"] as const) run(desk as unknown as Desk, name);
  expect(desk.show.mock.calls.flat()).toEqual(["import", "export", "help", "menu"]);
});
