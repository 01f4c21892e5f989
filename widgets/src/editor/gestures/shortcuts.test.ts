import { describe, expect, it } from "vitest";
import type { KeyPress } from "../../ui/keep_keys.js";
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

