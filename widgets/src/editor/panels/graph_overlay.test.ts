// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Arrived, drawn, FakeModel, square } from "../../testing/fake_model.js";
import type { Between, EditorMessage, EditorState, Reply } from "../../wire/editor_state.js";
import { widgetLink } from "../../wire/widget_link.js";
import { type EditorExtras, type EditorHandle, mountEditor } from "../editor.js";

const between: Between = { resistance: 4 / 3, cut_rank: 8, bonds: [0, 2] };

describe("the overlay", () => {
  let model: FakeModel;
  let root: HTMLElement;
  let end: AbortController;
  let handle: EditorHandle;
  const find = (selector: string): Element | null => root.querySelector(selector);
  const toggle = (): void => (find("[data-action=graph]") as HTMLElement).click();
  const asked = (): Arrived => model.newest("measure");
  const answer = (fields: Partial<Reply> = {}, question = asked()): Promise<void> =>
    model.answer(question, { leverages: [0.75, 0.75, 0.75, 0.75], bottlenecks: [0, 1], pair: null, ...fields });
  const mount = (extras: EditorExtras = {}): void => {
    document.body.replaceChildren();
    root = document.body.appendChild(document.createElement("div"));
    model = new FakeModel(drawn());
    end = new AbortController();
    handle = mountEditor(root, widgetLink<EditorState, EditorMessage>(model, end.signal), end.signal, extras);
  };
  beforeEach(() => mount());
  afterEach(() => end.abort());

  it("asks only while it is on, and goes without a trace", async () => {
    handle.select({ cores: ["A", "C"] });
    expect(model.told("measure")).toEqual([]);
    toggle();
    expect(find("[data-action=graph]")?.getAttribute("aria-pressed")).toBe("true");
    expect(asked()).toMatchObject({ kind: "measure", pair: [0, 2] });
    await answer({ pair: between });
    expect(find('[data-measure="A-B"] text')?.textContent).toBe("0.75bottleneck");
    expect(root.querySelectorAll("[data-narrow]").length).toBe(2);
    expect(find(".tn-badge")?.textContent).toContain("cores A and C: effective resistance 1.33");
    expect([...root.querySelectorAll("[data-crosses]")].map((gap) => gap.getAttribute("data-crosses")).sort()).toEqual(["A-B", "C-D"]);
    expect(find(".tn-live")?.textContent).toContain("least cut rank 8");
    toggle();
    expect(find("[data-measure]")).toBeNull();
    expect(find(".tn-cut:not([visibility])")).toBeNull();
    expect(find(".tn-badge")?.textContent).toBe("");
  });
  it("takes the newest answer only, and dims what belongs to an older draft", async () => {
    toggle();
    const first = asked().n;
    await answer();
    handle.select({ cores: ["A", "C"] });
    const second = asked();
    handle.select({ cores: ["B", "D"] });
    await answer({ pair: between }, second);
    expect(find(".tn-badge")?.textContent).toBe("");
    await answer({ pair: { ...between, bonds: [1, 3] } });
    expect(find(".tn-badge")?.textContent).toContain("cores B and D");
    find('[data-bond="A-B"]')?.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true }));
    expect(find(".tn-graph")?.getAttribute("data-state")).toBe("old");
    expect(asked().n).toBeGreaterThan(first);
    await answer();
    expect(find(".tn-graph")?.getAttribute("data-state")).toBe("live");
  });
  it("does not ask about a draft that is no network, nor again for a core that only moved", async () => {
    toggle();
    await answer();
    const { n } = asked();
    handle.apply({ ...square(), cores: square().cores.map((core) => ({ ...core, position: [1, 2] as [number, number] })) }, "Moved.");
    expect(asked().n).toBe(n);
    handle.apply({ ...square(), bonds: square().bonds.slice(0, 1) }, "Cut.");
    expect(asked().n).toBe(n);
    expect(find("[data-measure]")).toBeNull();
    expect(find(".tn-badge")?.textContent).toContain("not measured");
  });
  it("tells a bond's leverage in words, and shows what a caller adds", async () => {
    const onGraph = vi.fn();
    mount({ onGraph, bondNote: ({ index }) => `eff ${index}.5` });
    toggle();
    expect(onGraph).toHaveBeenLastCalledWith(true);
    await answer();
    handle.select({ bonds: ["B-C"] });
    await answer();
    expect(find(".tn-badge")?.textContent).toBe("leverage 0.75, bottleneck");
    expect(find('[data-measure="C-D"] text')?.textContent).toBe("0.75eff 2.5");
  });
});
