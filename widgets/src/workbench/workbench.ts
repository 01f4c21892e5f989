/**
 * The search workbench on the page. Mounted by `workbench.ts`.
 *
 * For tests: [data-action="start" | "pause" | "resume" | "stop" | "none"] (the large button .tnw-primary and the small
 * one .tnw-secondary say what they do now), "engines", "drop-engine", "open-best", "copy-structure", "watch-lane",
 * "studies", "close-studies", "compare", "import-study", "study-open" | "study-resume" | "study-csv" | "study-json" |
 * "study-study" | "study-delete" within [data-study=NAME], "yes" | "no" in the question, "back" over the Explorer,
 * "upload", "dismiss". [data-field="dataset" | "modes" | "order" | "family" | "max_rank" | "target_error" |
 * "max_evaluations" | "max_seconds" | "seed" | "executor" | "clock" | "log-x" | "log-error" | "shown-lane"] take values;
 * input[data-engine=NAME] in the list, [data-engine=NAME] among the chips. [data-field="run-status" | "best" |
 * "minimum" | "gap" | "best-parameters" | "best-error" | "last-change" | "nearest" | "points-known" | "spoken"] and, in
 * tr[data-lane=ID], "lane-state" | "lane-best" | "lane-error" | "lane-gap" | "lane-counts" | "lane-left" | "lane-move"
 * are read (data-value: the raw number). [data-plot="progress" | "cloud"]: data-chosen once moved, data-held in a drag.
 */

import { dataBar } from "../data/data_bar.js";
import { dropZone } from "../data/drop_zone.js";
import { html, listen, setAttributes } from "../ui/dom.js";
import { keepKeys } from "../ui/keep_keys.js";
import { problemAlert, speak } from "../ui/notices.js";
import { offerFile } from "../ui/offer_file.js";
import { Popups } from "../ui/popup.js";
import { tooltip } from "../ui/tooltip.js";
import { asBytes } from "../wire/bytes.js";
import { onChange, said, sendCommand } from "../wire/channel.js";
import type { Problem } from "../wire/data_state.js";
import { STUDY_FILES, Uploader } from "../wire/upload.js";
import type { ParameterBound, PointsMessage, Run, Send, Settings, WorkbenchModel, WorkbenchState } from "../wire/workbench_state.js";
import { LaneBook } from "./lanes/lane_book.js";
import { Milestones } from "./milestones.js";
import { type Memory, recall, remember } from "./page_memory.js";
import { chartsPanel } from "./panels/charts_panel.js";
import { enginesBox } from "./panels/engines_box.js";
import { explorerOverlay } from "./panels/explorer_overlay.js";
import { incumbentPanel } from "./panels/incumbent_panel.js";
import { laneTable } from "./panels/lane_table.js";
import { runBar } from "./panels/run_bar.js";
import { settingsFields } from "./panels/settings_fields.js";
import { studiesDrawer } from "./panels/studies_drawer.js";

/** Put the workbench on the page; its parts fill when Python sets its traits. */
export function mountWorkbench(root: HTMLElement, model: WorkbenchModel, signal: AbortSignal): void {
  root.classList.add("tn-theme", "tnx", "tnw");
  setAttributes(root, { role: "region", "aria-label": model.get("label") || "Search workbench" });
  const send: Send = (command) => sendCommand(model, command);
  const tip = tooltip(root, signal);
  const live = html("div", { class: "tn-live", role: "status", "aria-live": "polite", "data-field": "spoken" });
  const say = (sentence: string): void => speak(live, sentence);
  const problem = problemAlert(signal);
  const complain = (sentence: string): void => problem.show(sentence);
  const popups = new Popups(root, signal, () => root.querySelector<HTMLElement>(".tnw-primary")?.focus());
  const open = (lane: number, number: number): void => void send({ kind: "open", lane, number });
  const grid = html("div", { class: "tnw-grid" });
  const parts = {
    settings: settingsFields({ change: (changes) => send({ kind: "settings", changes }), complain }, signal),
    engines: enginesBox((engines) => send({ kind: "settings", changes: { engines } }), signal),
    run: runBar((kind) => {
      const wrong = kind === "start" || kind === "resume" ? grid.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
      if (wrong === null) return void send({ kind });
      wrong.focus();
      wrong.dispatchEvent(new Event("change")); // it says again what is wrong
    }, signal),
    charts: chartsPanel({ tip, open, say }, signal),
    incumbent: incumbentPanel({ open, say }, signal),
    lanes: laneTable((lane) => parts.incumbent.watch(lane), signal),
    explorer: explorerOverlay(model, { back: () => send({ kind: "close_explorer" }), cover: (covered) => setAttributes(grid, { inert: covered }) }, signal),
  };
  const uploads = makeUploads(model, parts.settings.aim, { complain, say }, signal);
  const studies = studiesDrawer(popups, { send: exporter(model, send, signal), upload: uploads.send }, signal);
  const panel = (name: string, label: string, ...children: Node[]): HTMLElement =>
    html("section", { class: `tnx-panel tnw-${name}-panel`, "aria-label": label }, ...children);
  grid.append(
    html("div", { class: "tnw-top" },
      html("div", { class: "tnw-bar" }, uploads.bar, studies.toggle),
      html("div", { class: "tnw-bar" }, parts.engines.element, html("span", { class: "tnx-space" }), parts.settings.budget, parts.run.element)),
    panel("progress", "best parameters", ...parts.charts.progress),
    panel("cloud", "trade-off", ...parts.charts.cloud),
    panel("best", "best structure", parts.incumbent.element),
    panel("lanes", "engines", parts.run.status, parts.lanes.element),
  );
  root.prepend(grid, problem.element, studies.element, parts.explorer.element, live);
  dropZone(root, uploads.send, signal, "Drop a .npy, .png, .jpg, .study or .json file");
  listen(root, "change", () => problem.hide(), { signal, capture: true });
  keepKeys(root, signal);
  const memory = recall();
  follow(model, send, { ...parts, studies, problem, say }, signal);
  comeBack(model, send, memory);
}

interface Uploads {
  bar: HTMLElement;
  send(file: File): void;
}

function makeUploads(model: WorkbenchModel, aim: HTMLElement, out: { complain(sentence: string): void; say(sentence: string): void }, signal: AbortSignal): Uploads {
  const events = {
    progress: (part: number | null, name: string) => data.showUpload(part, name),
    fail: out.complain,
    done: (name: string) => out.say(`${name} is loaded.`),
  };
  const uploads = new Uploader(model, events, signal, STUDY_FILES);
  const data = dataBar(model, { uploads, complain: out.complain, aim }, signal);
  return { bar: data.element, send: (file) => uploads.send(file) };
}

/** Send commands, and offer the exported files that this view has asked for as downloads. */
function exporter(model: WorkbenchModel, send: Send, signal: AbortSignal): Send {
  const asked = new Set<number>();
  onChange(model, ["download"], () => {
    const file = said<{ seq: number; filename: string; data: ArrayBuffer | ArrayBufferView }>(model.get("download"));
    if (file && asked.delete(file.seq)) offerFile(file.filename, asBytes(file.data));
  }, signal);
  return (body) => {
    const seq = send(body);
    if (body.kind === "study_export") asked.add(seq);
    return seq;
  };
}

type WorkbenchParts = {
  settings: ReturnType<typeof settingsFields>;
  engines: ReturnType<typeof enginesBox>;
  run: ReturnType<typeof runBar>;
  charts: ReturnType<typeof chartsPanel>;
  incumbent: ReturnType<typeof incumbentPanel>;
  lanes: ReturnType<typeof laneTable>;
  explorer: ReturnType<typeof explorerOverlay>;
  studies: ReturnType<typeof studiesDrawer>;
  problem: ReturnType<typeof problemAlert>;
  say(sentence: string): void;
};

function follow(model: WorkbenchModel, send: Send, parts: WorkbenchParts, signal: AbortSignal): void {
  const book = new LaneBook(send);
  const milestones = new Milestones();
  const lanes = (): WorkbenchState["lanes"] => model.get("lanes") ?? [];
  const bound = (): ParameterBound | null => said<ParameterBound>(model.get("bound"));
  const run = (): Run | null => said<Run>(model.get("run"));
  const settings = (): Settings | null => said<Settings>(model.get("settings"));
  const target = (): number => lanes()[0]?.target ?? settings()?.target_error ?? 0;

  const showCharts = (): void => parts.charts.show({ lanes: lanes(), data: (id) => book.of(id), target: target(), bound: bound() });
  const soon = once(showCharts, signal);
  const showSettings = (): void => {
    const chosen = settings();
    const state = run()?.state;
    const locked = state === "running" || state === "stopping";
    if (chosen !== null) {
      const look = (engine: string): number => {
        const place = lanes().findIndex((lane) => lane.engine === engine);
        return place >= 0 ? place : lanes().length > 0 && locked ? 0 : chosen.engines.indexOf(engine);
      };
      parts.settings.show(chosen, model.get("families") ?? [], model.get("executors") ?? [], locked);
      parts.engines.show(model.get("engines") ?? [], chosen, locked, look);
    }
    parts.run.show(run(), chosen);
  };
  const showLanes = (): void => {
    book.follow(lanes());
    parts.lanes.show(lanes(), bound()?.parameters ?? null);
    parts.incumbent.show(lanes(), target());
    showSettings();
    showCharts();
    parts.say(milestones.next(lanes(), bound(), run()));
    keep();
  };
  const showStudies = (): void => {
    const state = run()?.state;
    const busy = state === "running" || state === "stopping";
    parts.studies.show(model.get("studies") ?? [], new Set(lanes().map(({ study }) => study)), busy);
    keep();
  };
  const keep = (): void => {
    const names = lanes().map(({ study }) => study);
    const mine = (model.get("studies") ?? []).filter((study) => study.mine).map(({ name }) => name);
    const before = names.length > 0 ? null : recall(); // a new kernel has no lanes yet; it must not erase what the page showed before
    remember(before ? { ...before, mine: [...new Set([...before.mine, ...mine])] } : { studies: names, mine, running: run()?.state === "running" });
  };
  const followed: [readonly (keyof WorkbenchState)[], () => void][] = [
    [["lanes", "bound"], showLanes],
    [["run"], () => (showLanes(), showStudies())],
    [["settings", "engines", "families", "executors", "problem"], () => (showSettings(), showCharts())],
    [["studies"], showStudies],
    [["explorer"], () => parts.explorer.show(model.get("explorer") ?? null)],
    [["opening"], () => parts.charts.showOpening(said(model.get("opening")))],
    [["problem"], () => parts.problem.show(said<Problem>(model.get("problem"))?.text ?? "")],
    [["points"], () => {
      const message = said<PointsMessage>(model.get("points"));
      if (message) book.receive(message);
      soon();
    }],
  ];
  for (const [traits, show] of followed) {
    onChange(model, traits, show, signal);
    show();
  }
  const timer = setInterval(() => book.follow(lanes()), 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

/** Return a function that runs `act` once in the next frame, however often it is called before. */
function once(act: () => void, signal: AbortSignal): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      if (!signal.aborted) act();
    });
  };
}

/** After a reload with a new kernel (Voila), ask for the studies that were on the page before. */
function comeBack(model: WorkbenchModel, send: Send, memory: Memory | null): void {
  const run = said<Run>(model.get("run"));
  const fresh = (run === null || run.state === "idle") && (model.get("lanes") ?? []).length === 0;
  if (memory === null || !fresh) return;
  send({ kind: "studies", names: [...new Set([...memory.mine, ...memory.studies])] });
  if (run?.private && memory.studies.length > 0) send({ kind: "study_open", names: memory.studies, resume: memory.running });
}

