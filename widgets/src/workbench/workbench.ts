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
import { Popups } from "../ui/popup.js";
import { tooltip } from "../ui/tooltip.js";
import { teller } from "../wire/commands.js";
import type { Problem } from "../wire/data_state.js";
import { beats } from "../wire/heartbeat.js";
import { said, SILENT_KERNEL } from "../wire/link.js";
import type { ParameterBound, PointsMessage, Run, Send, Settings, WorkbenchCommand, WorkbenchLink, WorkbenchState } from "../wire/workbench_state.js";
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

/** Put the workbench on the page; its parts fill with the state of its piece in Python. */
export function mountWorkbench(root: HTMLElement, link: WorkbenchLink, signal: AbortSignal): void {
  root.classList.add("tn-theme", "tnx", "tnw");
  setAttributes(root, { role: "region", "aria-label": link.get("label") || "Search workbench" });
  const tip = tooltip(root, signal);
  const live = html("div", { class: "tn-live", role: "status", "aria-live": "polite", "data-field": "spoken" });
  const say = (sentence: string): void => speak(live, sentence);
  const problem = problemAlert(signal);
  const send = teller<WorkbenchCommand>(link, problem.show);
  const change = (changes: Partial<Settings>): void => void send({ kind: "settings", changes }).then(() => showSettings(link, parts)); // a refused value is put back
  const popups = new Popups(root, signal, () => root.querySelector<HTMLElement>(".tnw-primary")?.focus());
  const open = (lane: number, number: number): void => void send({ kind: "open", lane, number });
  const grid = html("div", { class: "tnw-grid" });
  const parts = {
    settings: settingsFields({ change, complain: problem.show }, signal),
    engines: enginesBox((engines) => change({ engines }), signal),
    run: runBar((kind) => {
      const wrong = kind === "start" || kind === "resume" ? grid.querySelector<HTMLElement>('[aria-invalid="true"]') : null;
      if (wrong === null) return void send({ kind });
      wrong.focus();
      wrong.dispatchEvent(new Event("change")); // it says again what is wrong
    }, signal),
    charts: chartsPanel({ tip, open, say }, signal),
    incumbent: incumbentPanel({ open, say }, signal),
    lanes: laneTable((lane) => parts.incumbent.watch(lane), signal),
    explorer: explorerOverlay(link, { back: () => send({ kind: "close_explorer" }), cover: (covered) => setAttributes(grid, { inert: covered }) }, signal),
  };
  const data = dataBar(link, { tell: send, complain: problem.show, say, aim: parts.settings.aim }, signal);
  const studies = studiesDrawer(popups, { send, upload: data.upload }, signal);
  const panel = (name: string, label: string, ...children: Node[]): HTMLElement =>
    html("section", { class: `tnx-panel tnw-${name}-panel`, "aria-label": label }, ...children);
  grid.append(
    html("div", { class: "tnw-top" },
      html("div", { class: "tnw-bar" }, data.element, studies.toggle),
      html("div", { class: "tnw-bar" }, parts.engines.element, html("span", { class: "tnx-space" }), parts.settings.budget, parts.run.element)),
    panel("progress", "best parameters", ...parts.charts.progress),
    panel("cloud", "trade-off", ...parts.charts.cloud),
    panel("best", "best structure", parts.incumbent.element),
    panel("lanes", "engines", parts.run.status, parts.lanes.element),
  );
  root.prepend(grid, problem.element, studies.element, parts.explorer.element, live);
  dropZone(root, data.upload, signal, () => link.get("files").words);
  listen(root, "change", () => problem.show(link.silent ? SILENT_KERNEL : ""), { signal, capture: true });
  keepKeys(root, signal);
  const memory = recall();
  follow(link, { ...parts, studies, problem, say }, signal);
  link.onSilence((silent) => (silent ? problem.show : problem.hide)(SILENT_KERNEL), signal);
  comeBack(link, send, memory);
  beats(link, signal);
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

/** What the state says now; null for what Python has not said yet. */
const reading = (link: WorkbenchLink) => ({
  get lanes(): WorkbenchState["lanes"] {
    return link.get("lanes") ?? [];
  },
  get bound(): ParameterBound | null {
    return said<ParameterBound>(link.get("bound"));
  },
  get run(): Run | null {
    return said<Run>(link.get("run"));
  },
  /** Whether lanes work, so that settings are fixed. */
  get busy(): boolean {
    return this.run?.state === "running" || this.run?.state === "stopping";
  },
  get settings(): Settings | null {
    return said<Settings>(link.get("settings"));
  },
  get studies(): WorkbenchState["studies"] {
    return link.get("studies") ?? [];
  },
  get target(): number {
    return this.lanes[0]?.target ?? this.settings?.target_error ?? 0;
  },
});

type Reading = ReturnType<typeof reading>;

/** Show the state and follow it. */
function follow(link: WorkbenchLink, parts: WorkbenchParts, signal: AbortSignal): void {
  const now = reading(link);
  const book = new LaneBook((lane, from) => void link.send({ kind: "points", lane, from }).catch(() => {})); // asked for again
  const milestones = new Milestones();
  const showCharts = (): void => parts.charts.show({ lanes: now.lanes, data: (id) => book.of(id), target: now.target, bound: now.bound });
  const showStudies = (): void => {
    parts.studies.show(now.studies, new Set(now.lanes.map(({ study }) => study)), now.busy);
    keep(now);
  };
  const showLanes = (): void => {
    const { lanes, bound, run, target } = now;
    book.follow(lanes);
    parts.lanes.show(lanes, bound?.parameters ?? null);
    parts.incumbent.show(lanes, target);
    showSettings(link, parts);
    showCharts();
    parts.say(milestones.next(lanes, bound, run));
    keep(now);
  };
  const followed: [readonly (keyof WorkbenchState)[], () => void][] = [
    [["lanes", "bound"], showLanes],
    [["run"], () => (showLanes(), showStudies())],
    [["settings", "engines", "families", "executors"], () => (showSettings(link, parts), showCharts())],
    [["studies"], showStudies],
    [["opened"], () => parts.explorer.show(said(link.get("opened")))],
    [["opening"], () => parts.charts.showOpening(said(link.get("opening")))],
    [["problem"], () => parts.problem.show(said<Problem>(link.get("problem"))?.text ?? (link.silent ? SILENT_KERNEL : ""))],
  ];
  for (const [names, show] of followed) {
    link.on(names, show, signal);
    show();
  }
  const soon = once(showCharts, signal);
  link.hear<PointsMessage>("points", (message) => {
    book.receive(message);
    soon();
  }, signal);
  const timer = setInterval(() => book.follow(now.lanes), 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
}

function showSettings(link: WorkbenchLink, parts: Pick<WorkbenchParts, "settings" | "engines" | "run">): void {
  const { lanes, settings, run, busy } = reading(link);
  if (settings !== null) {
    const look = (engine: string): number => {
      const place = lanes.findIndex((lane) => lane.engine === engine);
      return place >= 0 ? place : lanes.length > 0 && busy ? 0 : settings.engines.indexOf(engine);
    };
    parts.settings.show(settings, link.get("families") ?? [], link.get("executors") ?? [], busy);
    parts.engines.show(link.get("engines") ?? [], settings, busy, look);
  }
  parts.run.show(run, settings);
}

/** Remember the studies on the page; a new kernel has no lanes yet, and must not erase what the page showed before. */
function keep({ lanes, studies, run }: Reading): void {
  const names = lanes.map(({ study }) => study);
  const mine = studies.filter((study) => study.mine).map(({ name }) => name);
  const before = names.length > 0 ? null : recall();
  remember(before ? { ...before, mine: [...new Set([...before.mine, ...mine])] } : { studies: names, mine, running: run?.state === "running" });
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
function comeBack(link: WorkbenchLink, send: Send, memory: Memory | null): void {
  const run = said<Run>(link.get("run"));
  const fresh = (run === null || run.state === "idle") && (link.get("lanes") ?? []).length === 0;
  if (memory === null || !fresh) return;
  void send({ kind: "studies", names: [...new Set([...memory.mine, ...memory.studies])] });
  if (run?.private && memory.studies.length > 0) void send({ kind: "study_open", names: memory.studies, resume: memory.running });
}

