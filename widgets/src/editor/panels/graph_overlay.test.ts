// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { graphMarks } from "../../diagram/graph_marks.js";
import { sceneOf } from "../../diagram/scene.js";
import { selecting } from "../../structure/selection.js";
import { fromRecord } from "../../structure/structure.js";
import { FakeModel, square } from "../../testing/fake_model.js";
import type { Between, Reply } from "../../wire/editor_state.js";
import { type EditorExtras, type EditorHandle, mountEditor } from "../editor.js";
import { bondNames, bottleneckWords, endsOf, narrowestOf, pairWords } from "./graph_words.js";

const ring = fromRecord(square()); // ranks A-B 2, B-C 3, C-D 4, A-D 5
const between: Between = { resistance: 4 / 3, cut_rank: 8, bonds: [0, 2] };

describe("words", () => {
  it("are about two cores or legs, and nothing else", () => {
    expect(endsOf(ring, selecting({ cores: ["A", "C"] }))).toEqual({ cores: [0, 2], words: "cores A and C" });
    expect(endsOf(ring, selecting({ legs: [3, 0] }))).toEqual({ cores: [3, 0], words: "modes 0 and 3" });
    expect(endsOf(ring, selecting({ cores: ["B"], legs: [3] }))).toEqual({ cores: [1, 3], words: "core B and mode 3" });
    expect(endsOf(ring, selecting({ cores: ["A"] }))).toBeNull();
    expect(endsOf(ring, selecting({ cores: ["A", "B"], bonds: ["A-B"] }))).toBeNull();
    expect(endsOf(ring, selecting({ cores: ["A", "gone"] }))).toBeNull();
  });
  it("say how far apart they are and what separates them", () => {
    const ends = endsOf(ring, selecting({ legs: [0, 2] }));
    expect(ends && pairWords(ring, ends, between)).toBe("modes 0 and 2: effective resistance 1.33, least cut rank 8 through A-B, C-D");
    const same = endsOf(ring, selecting({ cores: ["A"], legs: [0] }));
    expect(same && pairWords(ring, same, null)).toContain("nothing separates them");
  });
  it("name the thinnest bottleneck, unless all bonds are alike", () => {
    expect(narrowestOf(ring, [1, 0])).toBe(0);
    expect(bottleneckWords(ring, [0, 1])).toBe("bottleneck: A-B, B-C");
    const even = { ...ring, bonds: ring.bonds.map((bond) => ({ ...bond, rank: 3 })) };
    expect(narrowestOf(even, [0, 1, 2, 3])).toBe(-1);
    expect(bottleneckWords(even, [0, 1, 2, 3])).toContain("no bottleneck");
    expect(narrowestOf({ ...ring, bonds: ring.bonds.slice(0, 1) }, [0])).toBe(0);
    expect(narrowestOf(ring, [])).toBe(-1);
  });
  it("stay short for a cut of many bonds", () => {
    const many = { ...ring, bonds: Array.from({ length: 9 }, () => ring.bonds[0] as (typeof ring.bonds)[0]) };
    expect(bondNames(many, [0, 1, 2, 3, 4, 5, 6, 7, 8])).toBe("A-B, A-B, A-B, A-B, A-B, A-B and 3 more");
  });
});

describe("marks", () => {
  it("stand outside the ring, clear of cores, with brackets on bottlenecks only", () => {
    const scene = sceneOf(ring);
    const measured = new Map(ring.bonds.map((bond, k) => [bond.id, { words: ["0.75"], narrow: k < 2 }]));
    const marks = graphMarks(scene, measured);
    expect(marks.map((mark) => mark.brackets !== "")).toEqual([true, true, false, false]);
    expect(marks[0]?.at.y).toBeLessThan(-8);
    expect(marks[1]?.at.x).toBeGreaterThan(128);
    for (const { at } of marks) for (const core of scene.cores) expect(Math.hypot(at.x - core.x, at.y - core.y)).toBeGreaterThan(24);
  });
  it("stay with their own bond where bonds cross", () => {
    const crossed = { ...ring, bonds: [...ring.bonds, { id: "A-C", cores: ["A", "C"], rank: 3 }, { id: "B-D", cores: ["B", "D"], rank: 3 }] };
    const measured = new Map(crossed.bonds.map((bond) => [bond.id, { words: ["0.50", "eff 2.0"], narrow: false }]));
    const marks = new Map(graphMarks(sceneOf(crossed), measured).map((mark) => [mark.id, mark.at]));
    const [ac, bd] = [marks.get("A-C"), marks.get("B-D")];
    expect(Math.abs((ac?.x ?? 0) - (ac?.y ?? 99))).toBeLessThan(20); // A-C is the diagonal x = y, B-D is x + y = 120
    expect(Math.abs((bd?.x ?? 0) + (bd?.y ?? 0) - 120)).toBeLessThan(20);
  });
  it("leave out bonds that are not measured yet", () => {
    expect(graphMarks(sceneOf(ring), new Map())).toEqual([]);
  });
});

describe("the overlay", () => {
  let model: FakeModel;
  let root: HTMLElement;
  let end: AbortController;
  let handle: EditorHandle;
  const find = (selector: string): Element | null => root.querySelector(selector);
  const toggle = (): void => (find("[data-action=graph]") as HTMLElement).click();
  const asked = () => model.state.request as { seq: number; kind: string; pair: number[] | null };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const answer = async (fields: Partial<Reply> = {}, seq = asked().seq): Promise<void> => {
    model.receive({ reply: { seq, kind: "measure", error: "", leverages: [0.75, 0.75, 0.75, 0.75], bottlenecks: [0, 1], pair: null, ...fields } });
    await settle();
  };
  const mount = (extras: EditorExtras = {}): void => {
    document.body.replaceChildren();
    root = document.body.appendChild(document.createElement("div"));
    model = new FakeModel();
    end = new AbortController();
    handle = mountEditor({ root, model, signal: end.signal, extras });
  };
  beforeEach(() => mount());
  afterEach(() => end.abort());

  it("asks only while it is on, and goes without a trace", async () => {
    handle.select({ cores: ["A", "C"] });
    expect(model.state.request).toEqual({});
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
    const first = asked().seq;
    await answer();
    handle.select({ cores: ["A", "C"] });
    const second = asked().seq;
    handle.select({ cores: ["B", "D"] });
    await answer({ pair: between }, second);
    expect(find(".tn-badge")?.textContent).toBe("");
    await answer({ pair: { ...between, bonds: [1, 3] } });
    expect(find(".tn-badge")?.textContent).toContain("cores B and D");
    find('[data-bond="A-B"]')?.dispatchEvent(new WheelEvent("wheel", { deltaY: -100, bubbles: true, cancelable: true }));
    expect(find(".tn-graph")?.getAttribute("data-state")).toBe("old");
    expect(asked().seq).toBeGreaterThan(first);
    await answer();
    expect(find(".tn-graph")?.getAttribute("data-state")).toBe("live");
  });
  it("does not ask about a draft that is no network, nor again for a core that only moved", async () => {
    toggle();
    await answer();
    const { seq } = asked();
    handle.apply({ ...square(), cores: square().cores.map((core) => ({ ...core, position: [1, 2] as [number, number] })) }, "Moved.");
    expect(asked().seq).toBe(seq);
    handle.apply({ ...square(), bonds: square().bonds.slice(0, 1) }, "Cut.");
    expect(asked().seq).toBe(seq);
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
