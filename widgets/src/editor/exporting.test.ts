// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { fromRecord } from "../structure/structure.js";
import { square } from "../testing/fake_model.js";
import type { Desk } from "./desk.js";
import { exportAs } from "./exporting.js";

const desk = (send = vi.fn()): Desk => ({ root: document.createElement("div"), store: { committed: fromRecord(square()) }, link: { send } }) as unknown as Desk;

it("writes JSON by itself, without asking Python", async () => {
  const ask = vi.fn();
  const { blob, filename } = await exportAs(desk(ask), "json");
  expect([filename, blob.type, ask.mock.calls.length]).toEqual(["tensor_network.json", "application/json", 0]);
  expect(blob.size).toBe(JSON.stringify(square(), null, 2).length);
});
it("asks Python for the other formats, and rejects with its sentence", async () => {
  const ask = vi.fn(async () => ({ text: "\\begin{tikzpicture}", filename: "network.tex" }));
  expect((await exportAs(desk(ask), "tikz")).filename).toBe("network.tex");
  expect(ask).toHaveBeenCalledWith({ kind: "export", format: "tikz", dark: false });
  await expect(exportAs(desk(vi.fn(async () => Promise.reject(new Error("No einsum for this.")))), "einsum")).rejects.toThrow("No einsum for this.");
});
it("asks for the colours in which the widget is drawn, also of the editor inside an Explorer", async () => {
  const ask = vi.fn(async () => ({ text: "<svg/>", filename: "network.svg" }));
  const inner = desk(ask);
  const outer = document.createElement("div");
  outer.append(inner.root);
  for (const dark of [true, false]) {
    outer.classList.toggle("tn-dark", dark);
    await exportAs(inner, "svg");
    expect(ask).toHaveBeenLastCalledWith({ kind: "export", format: "svg", dark });
  }
});
