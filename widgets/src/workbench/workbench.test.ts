// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { drawn as drawnEditor, FakeModel } from "../testing/fake_model.js";
import { nothing, settings, SimulatedSearch } from "../testing/fake_workbench.js";
import { PATIENCE_MS, SILENT_KERNEL } from "../wire/link.js";
import { widgetLink } from "../wire/widget_link.js";
import type { Lane, PointsMessage, Run, StudyEntry, WorkbenchMessage, WorkbenchState } from "../wire/workbench_state.js";
import { mountWorkbench } from "./workbench.js";

const MARKUP = "<img src=x onerror=alert(1)>";
const run = (state: Run["state"], more: Partial<Run> = {}): Run => ({ state, status: `It is ${state}.`, can_resume: false, private: false, ...more });
const study = (name: string, more: Partial<StudyEntry> = {}): StudyEntry => ({
  name, engine: "growth", label: "Camera", target_error: 0.1, parameters: 900, relative_error: 0.09, evaluations: 12, modified: "2026-11-21T20:00:00Z", busy: "", bytes: 2048, mine: true, ...more,
});

let model: FakeModel<WorkbenchState>;
let root: HTMLElement;
let end: AbortController;
const find = <E extends HTMLElement = HTMLElement>(selector: string): E => root.querySelector(selector) as E;
const field = (name: string): HTMLInputElement => find(`[data-field="${name}"]`);
const action = (name: string): HTMLElement => find(`[data-action="${name}"]`);
/** What a person, or the page itself, has asked of Python; heartbeats left out. */
const commands = (): Record<string, unknown>[] => model.sent.filter(({ kind, part }) => kind !== "heartbeat" && part === undefined).map(({ client: _, n: __, ...command }) => command);
const told = (kind: string): unknown[] => commands().filter((command) => command["kind"] === kind);
const send = (points: PointsMessage): void => {
  const { data, ...rest } = points;
  model.tell({ event: "points", ...rest, buffer_paths: [["data"]] }, [data as DataView]);
};
/** Let pretended time pass: timers, frames and promises. */
const wait = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));
const drawn = (): Promise<void> => wait(100);
const change = (element: HTMLElement, value: string): void => {
  (element as HTMLInputElement).value = value;
  element.dispatchEvent(new Event("change", { bubbles: true }));
};
const press = (element: HTMLElement, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  element.dispatchEvent(event);
  return event;
};
const mount = (state: Partial<WorkbenchState> = {}): void => {
  model = new FakeModel<WorkbenchState>({ ...nothing(), ...state });
  mountWorkbench(root, widgetLink<WorkbenchState, WorkbenchMessage>(model, end.signal), end.signal);
};
const searched = (count = 400): SimulatedSearch[] => {
  const lanes = [new SimulatedSearch("growth", { id: 1, most: 1000 }), new SimulatedSearch("annealing", { id: 2, most: 1000 })];
  model.receive({ run: run("running") });
  for (const lane of lanes) send({ lane: lane.id, generation: 0, ...lane.run(count) });
  model.receive({ lanes: lanes.map((lane) => lane.lane()), bound: { parameters: 640, proved: false, scope: "No tree can do with fewer", family: "tree", kind: "trees", target: 0.1 } });
  return lanes;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("ResizeObserver", class {
    constructor(private readonly tell: (entries: unknown[]) => void) {}
    observe(): void {
      this.tell([{ contentRect: { width: 400, height: 300 } }]);
    }
    disconnect(): void {}
  });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  localStorage.clear();
  root = document.body.appendChild(document.createElement("div"));
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  expect(model.listeners).toBe(0);
  root.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("settings", () => {
  it("are sent when they are sensible, explained when not, and shown as Python has them", async () => {
    mount();
    change(field("max_evaluations"), "20k");
    expect(told("settings")).toEqual([{ kind: "settings", changes: { max_evaluations: 20_000 } }]);
    change(field("seed"), "-1");
    expect(find(".tnx-problem").textContent).toContain("The seed is a whole number");
    model.receive({ settings: settings({ max_rank: 12, max_seconds: 90 }) });
    expect([field("max_rank").value, field("max_seconds").value]).toEqual(["12", "90 s"]);
    change(field("max_rank"), "");
    expect(told("settings")[1]).toEqual({ kind: "settings", changes: { max_rank: null } });
    model.receive({ run: run("running") });
    expect(field("max_rank").readOnly).toBe(true);
  });
  it("offer engines with what speaks against them", async () => {
    mount();
    action("engines").click();
    const box = (name: string): HTMLInputElement => find(`input[data-engine="${name}"]`);
    expect(box("growth").checked).toBe(true);
    expect(box("tnga").getAttribute("aria-disabled")).toBe("true");
    expect(box("tnga").closest("label")?.textContent).toContain("needs a fixed family");
    box("tnga").click();
    expect(box("tnga").checked).toBe(false);
    expect(commands()).toEqual([]);
    box("random_search").click();
    expect(told("settings")).toEqual([{ kind: "settings", changes: { engines: ["growth", "annealing", "random_search"] } }]);
    press(box("growth"), "Escape");
    expect(find(".tnw-engine-list").hidden).toBe(true);
    (find('.tnw-chip[data-engine="growth"]') as HTMLElement).click();
    expect(told("settings")[1]).toEqual({ kind: "settings", changes: { engines: ["annealing"] } });
  });
  it("let data be chosen and uploaded as in the Explorer", () => {
    mount();
    change(field("dataset"), "cat");
    expect(told("dataset")).toEqual([{ kind: "dataset", name: "cat" }]);
  });
});

describe("a search", () => {
  it("is started, held, gone on with and ended by one button that changes, and another", async () => {
    mount();
    for (const [state, deed] of [["idle", "start"], ["running", "pause"], ["paused", "resume"]] as const) {
      model.receive({ run: run(state) });
      const primary = find(".tnw-primary");
      expect(primary.dataset["action"]).toBe(deed);
      expect(primary.getAttribute("aria-label")?.toLowerCase()).toBe(deed);
      primary.click();
        expect(commands().at(-1)).toEqual({ kind: deed });
    }
    action("stop").click();
    expect(commands().at(-1)).toEqual({ kind: "stop" });
    model.receive({ run: run("stopping") });
    find(".tnw-primary").click();
    expect(commands().length).toBe(4);
  });
  it("does not begin with a setting that makes no sense", async () => {
    mount();
    change(field("target_error"), "0");
    find(".tnx-problem button").click();
    find(".tnw-primary").click();
    expect(commands()).toEqual([]);
    expect(find(".tnx-problem").textContent).toContain("The target error is a number above 0");
    expect(document.activeElement).toBe(field("target_error"));
    change(field("target_error"), "0.2");
    find(".tnw-primary").click();
    expect(commands().at(-1)).toEqual({ kind: "start" });
  });
  it("is told in numbers", async () => {
    mount();
    const lanes = searched();
    const best = Math.min(...lanes.map((lane) => lane.best?.parameters ?? Infinity));
    expect(Number(field("best").dataset["value"])).toBe(best);
    expect(field("minimum").dataset["value"]).toBe("640");
    expect(Number(field("gap").dataset["value"])).toBeCloseTo(best / 640 - 1);
    expect(field("points-known").dataset["value"]).toBe("800");
    const row = find('tr[data-lane="1"]');
    expect(row.querySelector('[data-field="lane-counts"]')?.getAttribute("data-value")).toBe("400");
    expect(row.querySelector('[data-field="lane-left"]')?.textContent).toContain("left");
    expect(row.querySelectorAll(".tnw-stack i").length).toBe(5);
    await drawn();
    expect(root.querySelectorAll(".tnw-lines path").length).toBe(2);
    expect(field("spoken").textContent).toContain("New best");
  });
  it("says how near it is while nothing reaches the target", async () => {
    mount();
    const far: Lane = { ...new SimulatedSearch("growth", { id: 1, most: 100 }).lane(), target: 1e-6 };
    const lane = new SimulatedSearch("growth", { id: 1, most: 100, target: 1e-6 });
    model.receive({ lanes: [far] });
    send({ lane: 1, generation: 0, ...lane.run(50) });
    await drawn();
    expect(field("nearest").textContent).toContain("nothing reaches 1e-6 yet");
    expect(field("nearest").textContent).toContain("growth not yet: nearest");
    expect(field("best").textContent).toBe("\u2013");
  });
  it("draws the best structure, and lets a person watch another lane and open it", async () => {
    mount();
    const lanes = searched();
    expect(root.querySelectorAll(".tnw-stage [data-core]").length).toBe(6);
    expect(find(".tnw-morph").getAttribute("aria-label")).toContain("6 cores");
    (find('tr[data-lane="2"] button') as HTMLElement).click();
    expect(field("shown-lane").value).toBe("2");
    action("open-best").click();
    expect(told("open")).toEqual([{ kind: "open", lane: 2, number: lanes[1]?.best?.number }]);
  });
  it("opens a point that keys have found in the cloud", async () => {
    mount();
    searched();
    await drawn();
    const cloud = find('[data-plot="cloud"]');
    press(cloud, "ArrowRight");
    expect(field("spoken").textContent).toContain("evaluation");
    press(cloud, "ArrowDown");
    press(cloud, "ArrowRight");
    press(cloud, "Enter");
    expect(told("open").length).toBe(1);
    expect(cloud.dataset["chosen"]).toBeUndefined();
    press(cloud, "+");
    expect(cloud.dataset["chosen"]).toBe("");
    press(cloud, "0");
    expect(cloud.dataset["chosen"]).toBeUndefined();
  });
  it("fits the cloud to what has come at once, and follows until a person moves it", async () => {
    mount();
    searched(300);
    await drawn();
    const ticks = [...root.querySelectorAll('[data-plot="cloud"] [data-key^="x"]')].map((tick) => Number(tick.getAttribute("data-key")?.slice(1)));
    expect(Math.max(...ticks)).toBeGreaterThanOrEqual(3000);
  });
  it("keeps its keys, and shows what Python says as text", () => {
    const outside = vi.fn();
    document.body.addEventListener("keydown", outside);
    mount({ run: run("ended", { status: MARKUP }), studies: [study(MARKUP)] });
    model.receive({ lanes: [new SimulatedSearch(MARKUP, { id: 1, most: 10 }).lane({ status: MARKUP, problem: MARKUP, study: MARKUP })], problem: { n: 1, text: MARKUP } });
    press(find('[data-plot="cloud"]'), "x");
    press(find(".tnw-primary"), "b");
    expect(outside).not.toHaveBeenCalled();
    press(find(".tnw-primary"), "s", { ctrlKey: true });
    expect(outside).toHaveBeenCalledTimes(1);
    expect(root.querySelector("img")).toBeNull();
    document.body.removeEventListener("keydown", outside);
  });
});

describe("a tooltip", () => {
  it("does not come back over what was pressed until the pointer has left it", async () => {
    mount();
    const over = (element: Element): void => void element.dispatchEvent(new MouseEvent("pointerover", { bubbles: true }));
    const tip = find(".tnx-tip");
    const primary = find(".tnw-primary");
    primary.dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
    over(primary.firstElementChild as Element);
    await wait(400);
    expect(tip.hidden).toBe(true);
    over(root);
    over(primary);
    await wait(400);
    expect(tip.hidden).toBe(false);
  });
});

describe("studies", () => {
  it("stand in the order that Python gives them", () => {
    mount({ studies: [study("one"), study('t"wo')] });
    model.receive({ studies: [study("three"), study('t"wo'), study("one")] });
    expect([...root.querySelectorAll("[data-study]")].map((row) => row.getAttribute("data-study"))).toEqual(["three", 't"wo', "one"]);
  });
  it("are opened, compared and exported", async () => {
    mount({ studies: [study("one"), study("two", { busy: "process 7 on host" })] });
    action("studies").click();
    const row = (name: string): HTMLElement => find(`[data-study="${name}"]`);
    (row("one").querySelector('[data-way="resume"]') as HTMLElement).click();
    (row("two").querySelector('[data-way="resume"]') as HTMLElement).click();
    (row("two").querySelector('[data-way="open"]') as HTMLElement).click();
    expect(told("study_open")).toEqual([{ kind: "study_open", names: ["one"], resume: true }, { kind: "study_open", names: ["two"], resume: false }]);
    for (const name of ["one", "two"]) (row(name).querySelector("input") as HTMLElement).click();
    action("compare").click();
    (row("one").querySelector('[data-way="csv"]') as HTMLElement).click();
    expect(told("compare")).toEqual([{ kind: "compare", names: ["one", "two"] }]);
    expect(told("study_export")).toEqual([{ kind: "study_export", name: "one", format: "csv" }]);
  });
  it("are deleted after a question that keeps the focus, never while they are written", async () => {
    mount({ studies: [study("one"), study("two", { busy: "process 7 on host" })] });
    action("studies").click();
    const remove = (name: string): HTMLElement => find(`[data-study="${name}"] [data-way="delete"]`);
    remove("two").click();
    expect(root.querySelector(".tn-sheet")).toBeNull();
    remove("one").focus();
    remove("one").click();
    await wait(0);
    const sheet = find(".tn-sheet");
    expect(sheet.getAttribute("aria-modal")).toBe("true");
    expect(document.activeElement).toBe(action("no"));
    const buttons = [...sheet.querySelectorAll<HTMLElement>("button")];
    buttons.at(-1)?.focus();
    press(buttons.at(-1) as HTMLElement, "Tab");
    expect(sheet.contains(document.activeElement)).toBe(true);
    press(document.activeElement as HTMLElement, "Escape");
    expect(told("study_delete")).toEqual([]);
    expect(document.activeElement).toBe(remove("one"));
    remove("one").click();
    action("yes").click();
    expect(told("study_delete")).toEqual([{ kind: "study_delete", name: "one" }]);
    expect(root.querySelector(".tn-sheet")).toBeNull();
  });
});

describe("Python's answers", () => {
  it("that refuse are shown, and the refused value is put back", async () => {
    mount();
    change(field("max_evaluations"), "20k");
    await model.answer(model.newest("settings"), { error: "Too many." });
    expect([find(".tnx-problem").textContent, field("max_evaluations").value]).toEqual(["!Too many.", "10000"]);
    change(field("dataset"), "cat");
    await model.answer(model.newest("dataset"), { error: "The cat cannot be read." });
    expect([find(".tnx-problem").textContent, field("dataset").value]).toEqual(["!The cat cannot be read.", "camera"]);
  });
  it("to six clicks of one moment are six", async () => {
    mount();
    searched();
    for (let k = 0; k < 6; k++) action("open-best").click();
    const asked = model.told("open");
    expect(asked.length).toBe(6);
    for (const message of asked) await model.answer(message, { error: `Refused: ${message.n}.` });
    expect(find(".tnx-problem").textContent).toBe(`!Refused: ${asked.at(-1)?.n}.`);
  });
  it("with a file are offered as a download, and are missed in one sentence where the kernel is silent", async () => {
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => {});
    vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:it", revokeObjectURL: () => {} }));
    mount({ studies: [study("one")] });
    action("studies").click();
    find('[data-way="csv"]').click();
    await model.answer(model.newest("study_export"), { filename: "one.csv", data: new DataView(new ArrayBuffer(3)) });
    expect(click.mock.contexts.map((link) => (link as HTMLAnchorElement).download)).toEqual(["one.csv"]);
    model.receive({ run: run("running") });
    find(".tnw-primary").click();
    await wait(PATIENCE_MS);
    expect(find(".tnx-problem").textContent).toBe(`!${SILENT_KERNEL}`);
    change(field("seed"), "3");
    expect(find(".tnx-problem").textContent).toBe(`!${SILENT_KERNEL}`);
    action("dismiss").click();
    await wait(PATIENCE_MS);
    expect(find(".tnx-problem").textContent).toBe(`!${SILENT_KERNEL}`); // the setting was swallowed as well
    await model.answer(model.newest("heartbeat"));
    expect(find(".tnx-problem").hidden).toBe(true);
  });
  it("keep the last refusal on the page when a silent kernel is there again", async () => {
    mount();
    find(".tnw-primary").click();
    await wait(PATIENCE_MS);
    change(field("seed"), "-1");
    await model.answer(model.newest("heartbeat"));
    expect(find(".tnx-problem").textContent).toContain("The seed is a whole number");
  });
});

describe("the Explorer over the page", () => {
  const hello = (): ReturnType<typeof model.newest> => model.newest("hello");
  it("is a part of the workbench's piece, and goes with Back or Escape", async () => {
    mount();
    vi.stubGlobal("ResizeObserver", undefined); // the one above tells sizes before a chart is made
    model.receive({ opened: { lane: 1, number: 7, part: "explorer-1" } });
    expect(hello()).toMatchObject({ part: "explorer-1", n: 1 });
    await model.answer(hello(), { state: { ...drawnEditor(), target_error: 0.1, files: { suffixes: [".npy"], words: ".npy", max_bytes: 1000 } } });
    expect(find(".tnw-explorer").querySelectorAll("[data-core]").length).toBe(4);
    expect(find(".tnw-grid").hasAttribute("inert")).toBe(true);
    press(action("back"), "Escape");
    expect(told("close_explorer")).toEqual([{ kind: "close_explorer" }]);
    expect(find(".tnw-explorer").hidden).toBe(true);
    expect(find(".tnw-grid").hasAttribute("inert")).toBe(false);
    model.receive({ opened: {} });
    model.receive({ opened: { lane: 1, number: 9, part: "explorer-2" } });
    expect([find(".tnw-explorer").hidden, model.told("hello").length]).toEqual([false, 2]);
    model.receive({ opened: {} });
    expect(find(".tnw-explorer").hidden).toBe(true);
  });
});

describe("after a reload", () => {
  it("a kernel that is still there is asked for the points", () => {
    const lane = new SimulatedSearch("growth", { id: 1, most: 1000 });
    lane.run(700);
    mount({ run: run("running"), lanes: [lane.lane()] });
    expect(told("points")).toEqual([{ kind: "points", lane: 1, from: 1 }]);
    expect(told("study_open")).toEqual([]);
  });
  it("a new kernel for one visitor is asked for the studies that were on the page", async () => {
    mount();
    searched();
    end.abort();
    root.replaceChildren();
    end = new AbortController();
    mount({ run: run("idle", { private: true }), studies: [study("another")] });
    const names = ["camera-growth-1", "camera-annealing-2"];
    expect(commands()).toEqual([{ kind: "studies", names }, { kind: "study_open", names, resume: true }]);
  });
  it("a new kernel of a notebook is only told the names; a page without storage asks for nothing", async () => {
    localStorage.setItem("tnlab-workbench", JSON.stringify({ studies: ["a", 7, ""], running: true }));
    mount();
    await wait(150);
    expect(commands()).toEqual([{ kind: "studies", names: ["a"] }]); // and no more
    end.abort();
    root.replaceChildren();
    end = new AbortController();
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new Error("not allowed");
    });
    mount({ run: run("idle", { private: true }) });
    await wait(80);
    expect(commands()).toEqual([]);
  });
});
