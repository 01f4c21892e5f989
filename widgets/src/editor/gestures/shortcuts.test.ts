import { describe, expect, it } from "vitest";
import { type KeyPress, staysInside } from "../../ui/keep_keys.js";
import { commandOf } from "./shortcuts.js";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

describe("commands", () => {
  it("depend on what has the focus", () => {
    expect(commandOf(press("ArrowUp"), "bond")).toBe("raise");
    expect(commandOf(press("ArrowUp"), "core")).toBe("up");
    expect(commandOf(press("7"), "bond")).toBe("type");
    expect(commandOf(press("7"), "core")).toBeNull();
    expect(commandOf(press("+"), "none")).toBe("zoom_in");
  });
  it("know the usual combinations", () => {
    expect(commandOf(press("z", { ctrlKey: true }), "none")).toBe("undo");
    expect(commandOf(press("Z", { metaKey: true, shiftKey: true }), "none")).toBe("redo");
    expect(commandOf(press("y", { ctrlKey: true }), "none")).toBe("redo");
    expect(commandOf(press("d", { ctrlKey: true }), "none")).toBe("duplicate");
  });
  it("leave Tab and Alt alone", () => {
    expect(commandOf(press("Tab"), "core")).toBeNull();
    expect(commandOf(press("n", { altKey: true }), "core")).toBeNull();
  });
});

describe("leaks", () => {
  it("never lets a plain key out, used or not", () => {
    for (const key of ["x", "b", "d", "q", "Delete", "Enter", "Escape"]) expect(staysInside(press(key), false)).toBe(true);
  });
  it("lets saving and unused combinations through", () => {
    expect(staysInside(press("s", { ctrlKey: true }), true)).toBe(false);
    expect(staysInside(press("k", { ctrlKey: true }), false)).toBe(false);
    expect(staysInside(press("z", { ctrlKey: true }), true)).toBe(true);
  });
});
