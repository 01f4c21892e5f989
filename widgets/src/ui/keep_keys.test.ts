// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { type KeyPress, staysInside } from "./keep_keys.js";

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

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
