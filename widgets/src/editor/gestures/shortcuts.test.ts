import { describe, expect, it } from "vitest";
import type { KeyPress } from "../../ui/keep_keys.js";
import { commandOf, keyOf } from "./shortcuts.js";

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

describe("the key that is written on the page", () => {
  it("runs its command", () => {
    const commands = ["core", "bond", "leg", "delete", "collapse", "escape", "undo", "redo", "copy", "cut", "paste", "duplicate", "select_all", "layout", "hold", "graph", "fit", "zoom_in", "zoom_out", "help", "menu"] as const;
    for (const command of commands) {
      const parts = keyOf(command).split("+").filter((part) => part !== "");
      const key = { Esc: "Escape" }[parts.at(-1) ?? ""] ?? parts.at(-1) ?? "+";
      expect([command, commandOf(press(key, { ctrlKey: parts.includes("Ctrl"), shiftKey: parts.includes("Shift") }), "none")]).toEqual([command, command]);
    }
    expect([commandOf(press("+"), "bond"), commandOf(press("+", { ctrlKey: true }), "bond"), keyOf("raise"), keyOf("import")]).toEqual(["raise", null, "+", ""]);
  });
  it("works with Shift where that means nothing else", () => {
    expect([commandOf(press("N", { shiftKey: true }), "core"), commandOf(press("ArrowLeft", { shiftKey: true }), "core"), commandOf(press("C", { shiftKey: true, ctrlKey: true }), "core")]).toEqual(["core", "left", "copy"]);
  });
});
