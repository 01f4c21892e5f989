// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Arrived, drawn, FakeModel, square } from "../testing/fake_model.js";
import type { EditorMessage, EditorState, StructureRecord } from "../wire/editor_state.js";
import { PATIENCE_MS, SILENT_KERNEL } from "../wire/link.js";
import { widgetLink } from "../wire/widget_link.js";
import { type EditorExtras, type EditorHandle, mountEditor } from "./editor.js";

let model: FakeModel;
let root: HTMLElement;
let end: AbortController;
let handle: EditorHandle;

function mount(state: Partial<EditorState> = {}, extras: EditorExtras = {}): void {
  document.body.replaceChildren();
  root = document.body.appendChild(document.createElement("div"));
  model = new FakeModel(drawn(state));
  end = new AbortController();
  handle = mountEditor(root, widgetLink<EditorState, EditorMessage>(model, end.signal), end.signal, extras);
}

const find = (selector: string): SVGElement => root.querySelector(selector) as SVGElement;
const all = (selector: string): Element[] => [...root.querySelectorAll(selector)];
const bond = (id: string): SVGElement => find(`[data-bond="${id}"]`);
const core = (name: string): SVGElement => find(`[data-core="${name}"]`);
const press = (key: string, held: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held });
  (document.activeElement ?? root).dispatchEvent(event);
  return event;
};
const wheel = (element: Element, deltaY: number): WheelEvent => {
  const event = new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true });
  element.dispatchEvent(event);
  return event;
};
const proposed = (): StructureRecord => model.newest("draft")["structure"] as StructureRecord;

beforeEach(() => {
  localStorage.clear();
  mount();
});
afterEach(() => end.abort());

describe("the diagram", () => {
  it("names every part for a screen reader and a tester", () => {
    expect(core("A").getAttribute("aria-label")).toContain("core A");
    expect(bond("B-C").getAttribute("aria-valuenow")).toBe("3");
    expect(all("[data-leg]").length).toBe(4);
    for (const part of all("[data-core],[data-bond],[data-leg]")) expect(part.hasAttribute("tabindex")).toBe(true);
    expect(all(".tn-stage [tabindex='0']")).toEqual([core("A")]);
    for (const button of all("button")) expect(button.getAttribute("aria-label") ?? button.textContent).toBeTruthy();
  });
  it("keeps its elements when values change", async () => {
    const [b, c] = [bond("A-B"), core("A")];
    await model.receive({ structure: { ...square(), bonds: square().bonds.map((each) => ({ ...each, rank: 9 })) }, edit: "python:1" });
    expect(bond("A-B")).toBe(b);
    expect(core("A")).toBe(c);
    expect(find('[data-rank-of="A-B"]').textContent).toBe("9");
  });
  it("shows a name with markup as text", () => {
    const record = square();
    (record.cores[0] as { name: string }).name = "<i>x";
    mount({ structure: record });
    expect(root.querySelector("i")).toBeNull();
    expect(find(".tn-name").textContent).toContain("<i>x");
  });
  it("asks for a layout when no core has a position", () => {
    mount({ structure: { ...square(), cores: square().cores.map(({ legs }) => ({ legs })) } });
    expect(model.told("layout").length).toBe(1);
    expect(all("[data-core]").length).toBe(4);
  });
  it("draws an empty model without complaint", () => {
    mount({ structure: {} });
    expect(all("[data-core]").length).toBe(0);
  });
});

describe("ranks", () => {
  it("follow the wheel over a bond, which then does not scroll the page", () => {
    expect(wheel(bond("A-B"), -100).defaultPrevented).toBe(true);
    expect(proposed().bonds[0]?.rank).toBe(3);
    expect(wheel(handle.svg, -100).defaultPrevented).toBe(false);
  });
  it("follow arrow keys on the focused bond, which keeps the focus", () => {
    const element = bond("A-B");
    element.focus();
    press("ArrowUp");
    press("ArrowUp");
    press("ArrowDown");
    expect(proposed().bonds[0]?.rank).toBe(3);
    expect(document.activeElement).toBe(element);
  });
  it("are typed into a field, with a sentence where that is no rank", () => {
    bond("A-B").focus();
    press("0");
    const field = root.querySelector<HTMLInputElement>(".tn-inline") as HTMLInputElement;
    expect(document.activeElement).toBe(field);
    press("Enter");
    expect(find("[data-status]").textContent).toContain("whole number");
    field.value = "12";
    press("Enter");
    expect(proposed().bonds[0]?.rank).toBe(12);
    expect(document.activeElement).toBe(bond("A-B"));
  });
});

describe("keys", () => {
  it("never leak, but saving does", () => {
    const leaked: string[] = [];
    const hear = (event: Event): void => void leaked.push((event as KeyboardEvent).key);
    document.addEventListener("keydown", hear);
    core("A").focus();
    for (const key of ["x", "b", "d", "Enter", "Escape", "j"]) press(key);
    press("s", { ctrlKey: true });
    document.removeEventListener("keydown", hear);
    expect(leaked).toEqual(["s"]);
  });
  it("keep the focus inside when what had it is removed", () => {
    core("B").focus();
    press("Delete");
    expect(all("[data-core]").length).toBe(3);
    expect(root.contains(document.activeElement)).toBe(true);
  });
  it("leave Tab alone", () => {
    core("B").focus();
    expect(press("Tab").defaultPrevented).toBe(false);
  });
  it("open the sheet of keys, which Escape closes", () => {
    core("A").focus();
    press("?");
    expect(find("[role=dialog]").textContent).toContain("Scroll on a bond");
    press("Escape");
    expect(root.querySelector("[role=dialog]")).toBeNull();
    expect(document.activeElement).toBe(core("A"));
  });
});

describe("the toolbar", () => {
  it("asks Python for a preset and shows it as an undoable edit", async () => {
    find('[data-action="preset:cp"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const request = model.newest("preset");
    expect(request).toMatchObject({ name: "cp", rank: 3, modes: [4, 5, 6, 7] });
    const cp = { ...square(), bonds: [{ cores: [0, 1, 2, 3], rank: 3 }] };
    await model.answer(request, { structure: cp });
    expect(all("[data-hyper]").length).toBe(1);
    expect(proposed().bonds.length).toBe(1);
    press("z", { ctrlKey: true });
    find("[data-action=undo]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(all("[data-bond]").length).toBe(4);
  });
  it("shows what Python answers instead", async () => {
    find('[data-action="preset:cp"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    await model.answer(model.newest("preset"), { error: "CP needs more." });
    expect(find("[data-status]").textContent).toBe("CP needs more.");
  });
  it("puts formats beyond the first row into a menu", () => {
    const preset = (k: number) => ({ name: `f${k}`, label: `Format ${k}`, short: `F${k}`, description: "It is one." });
    mount({ presets: [0, 1, 2, 3, 4, 5, 6, 7].map(preset) });
    expect(all("[data-action^='preset:']").length).toBe(8);
    mount({ presets: [0, 1, 2, 3, 4, 5, 6, 7, 8].map(preset), refusals: { f8: "Not over four modes." } });
    expect(all("[data-action^='preset:']").length).toBe(7);
    find("[data-action=more_presets]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(all("[role=menuitem]").map((item) => item.textContent)).toEqual(["Format 7F7", "Format 8F8"]);
    expect(all("[role=menuitem]").map((item) => item.ariaDisabled)).toEqual([null, "true"]);
    find("[data-action='preset:f8']").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(find("[data-status]").textContent).toBe("Not over four modes.");
    expect(model.sent).toEqual([]);
  });
  it("is one stop for Tab", () => {
    expect(all(".tn-toolbar [tabindex='0']").length).toBe(1);
  });
  it("has only the view's tools when read-only", () => {
    mount({ read_only: true });
    const shown = all(".tn-toolbar [data-action]").filter((tool) => tool.closest("[hidden]") === null);
    expect(shown.map((tool) => tool.getAttribute("data-action"))).toEqual(["graph", "fit", "zoom_out", "zoom_in", "export", "help"]);
  });
});

describe("Python's sentences", () => {
  const line = (): string | null => find("[data-status]").textContent;
  it("answer everything that parts of the page ask at once", async () => {
    mount({ structure: { ...square(), cores: square().cores.map(({ legs, name }) => ({ legs, name })) } });
    find("[data-action=graph]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
    find('[data-action="preset:cp"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const asked = ["layout", "measure", "preset"].map((kind) => model.newest(kind));
    await model.answer(asked[2] as Arrived, { error: "CP needs more." });
    await model.answer(asked[1] as Arrived, { leverages: [0.75, 0.75, 0.75, 0.75], bottlenecks: [], pair: null });
    expect([line(), all("[data-measure]").length]).toEqual(["CP needs more.", 4]);
    const placed = square().cores.map((core) => ({ ...core, position: [500, 600] as [number, number] }));
    await model.answer(asked[0] as Arrived, { structure: { ...square(), cores: placed } });
    expect(handle.structure().cores[0]?.position).toEqual([500, 600]);
  });
  it("about something other than the draft are shown until they are taken back", () => {
    model.receive({ problem: { n: 1, text: "The layout failed." } });
    expect(line()).toBe("The layout failed.");
    model.receive({ problem: {} });
    expect(line()).toBe("");
  });
  it("are missed once, not for every question, where the kernel is silent, and the line goes when it answers", async () => {
    vi.useFakeTimers();
    const spoken: string[] = [];
    new MutationObserver(() => spoken.push(find(".tn-live").textContent ?? "")).observe(find(".tn-live"), { childList: true, characterData: true, subtree: true });
    find('[data-action="preset:cp"]').dispatchEvent(new MouseEvent("click", { bubbles: true }));
    wheel(bond("A-B"), -100);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect(line()).toBe(SILENT_KERNEL);
    expect(spoken.filter((sentence) => sentence.startsWith(SILENT_KERNEL)).length).toBe(1);
    await model.accept(model.newest("draft"));
    expect(line()).toBe("");
    vi.useRealTimers();
  });
});

describe("callers", () => {
  it("hear of selections and drafts", () => {
    const onSelect = vi.fn();
    const onDraft = vi.fn();
    mount({}, { onSelect, onDraft, bondBadge: ({ index }) => `one more: -0.00${index}` });
    handle.select({ bonds: ["B-C"] });
    expect(onSelect).toHaveBeenLastCalledWith({ cores: [], bonds: ["B-C"], legs: [] });
    expect(find(".tn-badge").textContent).toBe("one more: -0.001");
    wheel(bond("B-C"), -100);
    expect(onDraft.mock.lastCall?.[0]).toMatchObject({ parameters: 282 + 10 + 24, error: "", edited: true });
  });
  it("take the hint away with the first edit, for good", () => {
    expect(find("[data-hint]").hasAttribute("hidden")).toBe(false);
    wheel(bond("B-C"), -100);
    expect(find("[data-hint]").hasAttribute("hidden")).toBe(true);
    mount();
    expect(find("[data-hint]").hasAttribute("hidden")).toBe(true);
  });
});

describe("a drag", () => {
  const pointer = (type: string, target: Element, x: number, y: number): void =>
    void target.dispatchEvent(Object.assign(new MouseEvent(type, { bubbles: true, clientX: x, clientY: y }), { pointerId: 1, pointerType: "mouse", isPrimary: true }));
  const at = (name: string): [number, number] => {
    const { x = 0, y = 0 } = handle.drawn().scene.cores.find((each) => each.name === name) ?? {};
    const [dx = 0, dy = 0, scale = 1] = (handle.overlay.parentElement?.getAttribute("transform")?.match(/-?[\d.]+/g) ?? []).map(Number);
    return [dx + scale * x, dy + scale * y];
  };
  const without = (): StructureRecord => ({ ...square(), modes: [4, 5, 6], cores: square().cores.slice(0, 3), bonds: square().bonds.slice(0, 2) });
  it.each([
    ["is taken away", () => { press("z", { ctrlKey: true }); }],
    ["is replaced by Python", () => model.receive({ structure: without(), edit: "python:1" })],
    ["is removed by a key", () => { core("D").focus(); press("Delete"); }],
  ] as const)("of a bond from a core that %s is over, and its drop makes nothing", async (_, vanish) => {
    handle.apply(without(), "");
    handle.apply(square(), "");
    await model.accept(model.newest("draft"));
    const [x, y] = at("D");
    const [far, there] = at("B");
    pointer("pointerdown", core("D"), x + 25, y);
    pointer("pointermove", handle.svg, far, there);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(find(".tn-band").getAttribute("visibility")).toBeNull();
    await vanish();
    expect(all("[data-core]").length).toBe(3);
    expect(find(".tn-band").getAttribute("visibility")).toBe("hidden");
    pointer("pointerup", handle.svg, far, there);
    expect([all("[data-core]").length, all("[data-bond]").length]).toEqual([3, 2]);
  });
});

it("leaves nothing listening when its view is gone", () => {
  const added = vi.spyOn(EventTarget.prototype, "addEventListener");
  mount();
  const endless = added.mock.calls.filter(([, , options]) => (options as AddEventListenerOptions | undefined)?.signal === undefined && options !== undefined);
  end.abort();
  expect(model.listeners).toBe(0);
  expect(endless).toEqual([]);
  wheel(bond("A-B"), -100);
  expect(model.sent).toEqual([]);
  added.mockRestore();
});
