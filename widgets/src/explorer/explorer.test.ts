// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawn, editOf, FakeModel, square } from "../testing/fake_model.js";
import type { DataRecord } from "../wire/data_state.js";
import type { ErrorBound, ExplorerMessage, ExplorerState, FitState, Visit } from "../wire/explorer_state.js";
import { PATIENCE_MS, SILENT_KERNEL } from "../wire/link.js";
import { widgetLink } from "../wire/widget_link.js";
import { mountExplorer } from "./explorer.js";
import { freshness } from "./numbers_panel.js";

const MARKUP = "<img src=x onerror=alert(1)>";
const data: DataRecord = {
  name: "camera", label: "Camera", shape: [28, 30], modes: [4, 5, 6, 7], order: "plain", kind: "image", size: 840,
  suggestions: [{ modes: [4, 5, 6, 7], order: "plain", label: "4x5x6x7 plain" }, { modes: [28, 30], order: "plain", label: "28x30 plain" }],
};
const fitted = (more: Partial<FitState> = {}): FitState => ({
  edit: "", generation: 1, state: "RUNNING", running: true, paused: false, status: "The fit is running.", sweep: 41, relative_error: 0.1072,
  seconds: 1, seed: 0, errors: [0.2, 0.11, 0.1072], ...more,
});
const visit = (id: number, parameters: number, relative_error: number): Visit => ({ id, parameters, relative_error, label: "4 cores", status: "", cut_short: false, format: "Tensor train" });

let model: FakeModel<ExplorerState>;
let root: HTMLElement;
let end: AbortController;
const receive = (state: Partial<ExplorerState>): Promise<void> => model.receive(state);
const find = (selector: string): HTMLElement => root.querySelector(selector) as HTMLElement;
const field = (name: string): HTMLElement => find(`[data-field="${name}"]`);
const action = (name: string): HTMLElement => find(`[data-action="${name}"]`);
/** What a person has asked for, newest last. */
const commands = (): unknown[] => model.sent.filter(({ kind }) => !["heartbeat", "visits"].includes(kind)).map(({ client: _, n: __, ...command }) => command);
const command = (): unknown => commands().at(-1);
const raise = (): void => {
  const bond = find('[data-bond="A-B"]');
  bond.focus();
  bond.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true }));
};

beforeEach(() => {
  root = document.body.appendChild(document.createElement("div"));
  end = new AbortController();
  model = new FakeModel<ExplorerState>({
    ...drawn(), modes_locked: true, files: { suffixes: [".npy"], words: "an array", max_bytes: 2 ** 26 }, datasets: [{ name: "camera", label: "Camera" }, { name: "cat", label: MARKUP }], data, original: {},
    fit: {}, pictures: {}, bound: {}, minimum: {}, spectra: {}, current_id: 0, target_error: 0.1,
  });
  mountExplorer(root, widgetLink<ExplorerState, ExplorerMessage>(model, end.signal), end.signal);
});
afterEach(() => {
  end.abort();
  root.remove();
  vi.useRealTimers();
});

describe("numbers", () => {
  it("change at once with the draft, and the error of another draft is shown as old", () => {
    receive({ fit: fitted() });
    expect(field("relative-error").textContent).toBe("0.1072");
    expect(find(".tnx-relative-error").dataset["state"]).toBe("live");
    const before = Number(field("parameters").dataset["value"]);
    raise();
    expect(Number(field("parameters").dataset["value"])).toBeGreaterThan(before);
    expect(find(".tnx-relative-error").dataset["state"]).toBe("old");
    const edit = editOf(model.newest("draft"));
    receive({ fit: fitted({ edit, relative_error: 0.09 }) });
    expect(find(".tnx-relative-error").dataset["state"]).toBe("live");
    expect(field("relative-error").dataset["value"]).toBe("0.09");
    expect(field("relative-error").dataset["edit"]).toBe(edit);
    expect(Number(field("relative-error").dataset["updated"])).toBeGreaterThan(0);
  });
  it("tell live, paused, still, old and unknown apart", () => {
    expect(freshness(null, "")).toBe("none");
    expect(freshness(fitted({ relative_error: null }), "")).toBe("none");
    expect(freshness(fitted(), "a:1")).toBe("old");
    expect(freshness(fitted({ paused: true }), "")).toBe("paused");
    expect(freshness(fitted({ running: false }), "")).toBe("still");
  });
  it("say whether the target is reached", () => {
    receive({ fit: fitted() });
    expect(root.textContent).toContain("above target 0.1");
    receive({ target_error: 0.2 });
    expect(root.textContent).toContain("below target 0.2");
  });
});

const bound = (more: Partial<ErrorBound> = {}): ErrorBound => ({
  edit: "", generation: 1, error_bound: 0.0412, cut: [0, 1], cut_rank: 15, crossing: [1, 3], upper: null, cuts: 3, all_cuts: 7, complete: false,
  one_more: [0.0412, 0.03, 0.0412, 0.03], spectrum: [0.9, 0.3, 0.1], ...more,
});
const text = (name: string): string => field(name).textContent ?? "";

describe("the certificate", () => {
  const state = (): string | undefined => find(".tnx-proof").dataset["state"];
  it("stands beside the error, dimmed while cuts are missing and when it belongs to another draft", () => {
    expect(state()).toBe("none");
    receive({ fit: fitted(), bound: bound() });
    expect(state()).toBe("partial");
    expect(text("error-bound")).toContain("so far (3 of 7 cuts)");
    receive({ bound: bound({ complete: true, cuts: 7 }) });
    expect(state()).toBe("still");
    expect(text("error-bound")).toContain("no fit of this structure ");
    expect(text("binding-cut")).toBe("modes 0, 1 | 2, 3, cut rank 15");
    expect(field("error-bound").dataset["value"]).toBe("0.0412");
    raise();
    expect(state()).toBe("old");
  });
  it("brackets a tree, and claims nothing where no cut does", () => {
    expect(find(".tnx-proof-upper").hidden).toBe(true);
    receive({ bound: bound({ upper: 0.2, complete: true }) });
    expect(find(".tnx-proof-upper").hidden).toBe(false);
    receive({ bound: bound({ error_bound: 0, cut: [], crossing: [], spectrum: [], complete: true }) });
    expect(field("error-bound").hidden).toBe(true);
    expect(find(".tnx-proof-lower").textContent).toContain("no cut limits");
    expect(find(".tnx-proof-cut").hidden).toBe(true);
  });
  it("says that the target is out of reach only of the structure that it is about", () => {
    receive({ fit: fitted(), target_error: 0.03, bound: bound() });
    expect(root.textContent).toContain("above target 0.03: out of reach");
    raise();
    expect(root.textContent).not.toContain("out of reach");
  });
  it("is one line until it is opened", () => {
    receive({ bound: bound({ complete: true }) });
    expect(action("proof").textContent).toBe("what no fit of this structure can beat \u25b80.0412");
    expect([action("proof").getAttribute("aria-expanded"), find(".tnx-proofs").hidden]).toEqual(["false", true]);
    raise();
    expect(action("proof").textContent).toContain("\u2026");
    action("proof").click();
    expect([action("proof").getAttribute("aria-expanded"), find(".tnx-proofs").hidden]).toEqual(["true", false]);
  });
  it("is drawn as a cut while it is open, dimmed until a new draft has its own", async () => {
    const cut = (): Element => find(".tn-cut");
    receive({ bound: bound() });
    expect(cut()).toBeNull();
    action("proof").click();
    expect(cut().getAttribute("visibility")).toBeNull();
    expect([...cut().querySelectorAll("[data-crosses]")].map((gap) => gap.getAttribute("data-crosses"))).toEqual(["B-C", "A-D"]);
    raise();
    expect(cut().getAttribute("data-state")).toBe("old");
    const edit = editOf(model.newest("draft"));
    receive({ bound: bound({ edit, crossing: [0, 2] }) });
    expect(cut().getAttribute("data-state")).toBe("live");
    expect(cut().querySelector("[data-crosses]")?.getAttribute("data-crosses")).toBe("A-B");
    const [, ...bonds] = square().bonds;
    await model.accept(model.newest("draft"));
    await receive({ structure: { ...square(), bonds }, edit: "python:1" });
    expect(cut().getAttribute("visibility")).toBe("hidden");
  });
  it("shows the singular values across the cut while no bond is selected, and what a bond could gain when one is", () => {
    receive({ fit: fitted(), bound: bound(), spectra: { edit: "", values: [[1, 1], [1], [1], [1]] } });
    expect(find(".tnx-bond").textContent).not.toContain("across the cut");
    action("proof").click();
    expect(find(".tnx-bond").textContent).toContain("across the cut");
    find('[data-bond="A-B"]').focus();
    receive({ bound: bound({ complete: true }) });
    expect(find(".tnx-bond").textContent).toContain("singular values of A-B");
    expect(find(".tn-inspector").textContent).toContain("one more rank: error can fall by at most 0.0660");
    expect(find(".tn-inspector").textContent).toContain("effective rank 2");
  });
  it("tells the fewest parameters for the target, and the gap to them", () => {
    const minimum = { target: 0.1, parameters: 100, incumbent: 100, gap: 0, proved: true, family: "any", kind: "simple graphs", scope: "Proved for graphs.", running: false };
    receive({ minimum });
    expect(text("minimum")).toBe("100");
    expect(Number(field("gap").dataset["value"])).toBeCloseTo(Number(field("parameters").dataset["value"]) / 100);
    expect(find(".tnx-proof-minimum").getAttribute("data-tip")).toContain("Proved for graphs.");
    expect(find(".tnx-proof-minimum").textContent).toContain("proved minimum for 0.1, simple graphs");
    receive({ target_error: 0.2 });
    expect(find(".tnx-least").dataset["state"]).toBe("old");
    receive({ minimum: { ...minimum, target: 0.2, parameters: null, running: true } });
    expect(text("minimum")).toBe("searching");
  });
});

describe("the line of the fit", () => {
  it("steers the fit, and its buttons stay the same elements", () => {
    receive({ fit: fitted() });
    const pause = action("pause");
    pause.click();
    expect(command()).toMatchObject({ kind: "pause" });
    receive({ fit: fitted({ paused: true }) });
    expect(action("pause")).toBe(pause);
    expect(pause.getAttribute("aria-label")).toBe("Resume the fit");
    pause.click();
    expect(command()).toMatchObject({ kind: "resume" });
    action("try-seeds").click();
    expect(command()).toMatchObject({ kind: "try_seeds", count: 5 });
    expect(commands().length).toBe(3);
  });
  it("takes six clicks of one moment for six commands", () => {
    receive({ fit: fitted() });
    for (const name of ["pause", "stop", "restart", "try-seeds", "pause", "stop"]) action(name).click();
    expect(commands().map((each) => (each as { kind: string }).kind)).toEqual(["pause", "stop", "restart", "try_seeds", "pause", "stop"]);
    expect(new Set(model.sent.map(({ n }) => n)).size).toBe(model.sent.length);
  });
  it("speaks at the end of a fit, not at every sweep", () => {
    const spoken = find(".tn-live");
    const before = spoken.textContent;
    receive({ fit: fitted() });
    receive({ fit: fitted({ sweep: 42 }) });
    expect(spoken.textContent).toBe(before);
    receive({ fit: fitted({ running: false, state: "CONVERGED", status: "Converged: done." }) });
    expect(spoken.textContent).toContain("Converged");
  });
});

describe("history", () => {
  it("keeps chips in order of their first visit and restores one", async () => {
    await model.answer(model.newest("visits"), { visits: [visit(2, 50, 0.2), visit(1, 90, 0.1)], current_id: 2 });
    const chips = [...root.querySelectorAll<HTMLElement>("[data-history]")];
    expect(chips.map((chip) => chip.dataset["history"])).toEqual(["1", "2"]);
    expect(chips[1]?.getAttribute("aria-current")).toBe("true");
    chips[0]?.click();
    expect(command()).toMatchObject({ kind: "restore", id: 1 });
    model.tell({ event: "visits", visits: [visit(1, 90, 0.05), visit(3, 70, 0.15)], current_id: 3, fresh: false });
    expect([...root.querySelectorAll("[data-history]")].map((chip) => chip.textContent)).toEqual(["10.0500", "20.2000", "30.1500"]);
    expect([...root.querySelectorAll("[data-point]")].length).toBe(0); // no chart without a size
  });
});

it("shows no visit as current while the draft is another one, and restores the one it was", async () => {
  await model.answer(model.newest("visits"), { visits: [visit(1, 90, 0.1)], current_id: 1 });
  receive({ fit: fitted() });
  const chip = find('[data-history="1"]');
  expect(chip.getAttribute("aria-current")).toBe("true");
  raise();
  expect(chip.getAttribute("aria-current")).toBeNull();
  chip.click();
  expect(command()).toMatchObject({ kind: "restore", id: 1 });
  receive({ fit: fitted({ edit: editOf(model.newest("draft")) }) });
  expect(chip.getAttribute("aria-current")).toBe("true");
});

describe("data", () => {
  it("is chosen, cut and read as text only", () => {
    const menu = field("dataset") as HTMLSelectElement;
    expect(menu.value).toBe("camera");
    expect(menu.options[1]?.textContent).toBe(MARKUP);
    menu.value = "cat";
    menu.dispatchEvent(new Event("change", { bubbles: true }));
    expect(command()).toMatchObject({ kind: "dataset", name: "cat" });
    receive({ problem: { n: 1, text: MARKUP } });
    expect(find(".tnx-problem").textContent).toContain(MARKUP);
    expect(root.querySelector("img")).toBeNull();
  });
  it("takes typed modes that fit, and says in a sentence why others do not", () => {
    const modes = field("modes") as HTMLInputElement;
    const type = (text: string): void => {
      modes.value = text;
      modes.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    };
    type("28x29");
    expect(find(".tnx-problem").textContent).toContain("Modes 28x29 need 812 entries, but the tensor has 840.");
    expect(commands()).toEqual([]);
    type("28x30");
    expect(command()).toMatchObject({ kind: "reshape", modes: [28, 30], order: "plain" });
  });
});

describe("problems", () => {
  it("are alerts that can be dismissed", () => {
    const alert = find(".tnx-problem");
    receive({ problem: { n: 1, text: "No such data." } });
    expect(alert.hidden).toBe(false);
    action("dismiss").click();
    expect(alert.hidden).toBe(true);
    receive({ problem: { n: 2, text: "No such data." } });
    expect(alert.hidden).toBe(false);
    receive({ problem: {} });
    expect(alert.hidden).toBe(true);
  });
  it("are what Python answers to a command, and a refused choice is put back", async () => {
    const menu = field("dataset") as HTMLSelectElement;
    menu.value = "cat";
    menu.dispatchEvent(new Event("change", { bubbles: true }));
    await model.answer(model.newest("dataset"), { error: "The cat cannot be read." });
    expect([find(".tnx-problem").textContent, menu.value]).toEqual(["!The cat cannot be read.", "camera"]);
    expect(find("[data-status]").textContent).toBe("");
  });
  it("are one line where the kernel is silent, which goes when it answers", async () => {
    vi.useFakeTimers();
    receive({ fit: fitted() });
    for (const name of ["pause", "stop"]) action(name).click();
    raise();
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    expect([find(".tnx-problem").hidden, find("[data-status]").textContent]).toEqual([true, SILENT_KERNEL]);
    await model.answer(model.newest("heartbeat"));
    expect(find("[data-status]").textContent).toBe("");
    expect(model.told("draft").length).toBe(2);
  });
});

it("keeps keys from the notebook, but lets saving through", () => {
  const heard: string[] = [];
  document.body.addEventListener("keydown", (event) => heard.push(event.key), { once: false });
  for (const key of ["x", "b", "Enter"]) action("save").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  action("save").dispatchEvent(new KeyboardEvent("keydown", { key: "s", ctrlKey: true, bubbles: true }));
  expect(heard).toEqual(["s"]);
});

it("leaves no listener behind", () => {
  expect(model.listeners).toBeGreaterThan(0);
  end.abort();
  expect(model.listeners).toBe(0);
});

it("shows the pictures in the whole window until Escape, and keeps the focus on the button", () => {
  const [box, whole] = [find(".tnx-pictures-box"), action("whole-window")];
  whole.click();
  expect([box.hasAttribute("data-whole"), whole.getAttribute("aria-pressed")]).toEqual([true, "true"]);
  field("residual-scale").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  expect([box.hasAttribute("data-whole"), whole.getAttribute("aria-pressed"), document.activeElement]).toEqual([false, "false", whole]);
});
