/** The traits of `tnlab_widgets.workbench`. An empty object stands for "not said yet". */

import type { AnyModel } from "@anywidget/types";
import type { Bytes, DataRecord, DatasetEntry, Download, Order, Problem, UploadAck, UploadChunk } from "./explorer_state.js";
import { nextSeq, type StructureRecord } from "./editor_state.js";

type Unsaid = Record<string, never>;

export interface EngineEntry {
  name: string;
  label?: string;
  summary: string;
  families: string[];
  needs_target: boolean;
  paper: string;
  /** Whether many workers help it. */
  batch: boolean | null;
}

export interface Choice {
  name: string;
  label: string;
}

export interface Settings {
  engines: string[];
  target_error: number;
  /** "" takes what suits each engine. */
  family: string;
  max_rank: number | null;
  max_evaluations: number;
  max_seconds: number;
  seed: number;
  executor: string;
  /** By engine: why it cannot run with these settings. */
  refusals: Record<string, string>;
}

export type RunState = "idle" | "running" | "paused" | "stopping" | "ended" | "watching";

export interface Run {
  state: RunState;
  status: string;
  can_resume: boolean;
  /** One kernel for one visitor, as in Voila. */
  private: boolean;
}

export interface Counts {
  proposed: number;
  repeated: number;
  pruned_by_size: number;
  pruned_by_certificate: number;
  too_costly: number;
  fitted: number;
  sweeps: number;
}

export interface Incumbent {
  number: number;
  parameters: number;
  relative_error: number;
  reached: boolean;
  move: string;
  structure: StructureRecord;
  changed: { bonds: number[]; words: string };
}

export interface Lane {
  id: number;
  engine: string;
  label?: string;
  study: string;
  state: "waiting" | "running" | "paused" | "ended" | "watching";
  status: string;
  seconds: number;
  fraction: number;
  seconds_left: number | null;
  counts: Counts;
  total: number;
  generation: number;
  incumbent: Incumbent | null;
  data?: string;
  target?: number;
  family?: string;
  bound?: number | null;
  problem?: string;
  resumable?: boolean;
}

export interface Bound {
  parameters: number;
  proved: boolean;
  scope: string;
  family: string;
  target: number;
}

/** Evaluations `from`, `from + 1`, ... of a lane, one column after the other. */
export interface PointsMessage {
  lane: number;
  generation: number;
  from: number;
  count: number;
  data: Bytes;
}

export interface StudyEntry {
  name: string;
  engine: string;
  label: string;
  target_error: number;
  parameters: number | null;
  relative_error: number | null;
  evaluations: number;
  modified: string;
  /** Who writes it, or "". */
  busy: string;
  bytes: number;
  mine: boolean;
}

export type WorkbenchCommand =
  | { kind: "start" | "pause" | "resume" | "stop" | "close_explorer" }
  | { kind: "settings"; changes: Partial<Settings> }
  | { kind: "dataset"; name: string }
  | { kind: "reshape"; modes: number[]; order: Order }
  | { kind: "open"; lane: number; number: number }
  | { kind: "points"; lane: number; from: number }
  | { kind: "studies" | "compare"; names: string[] }
  | { kind: "study_open"; names: string[]; resume: boolean }
  | { kind: "study_delete"; name: string }
  | { kind: "study_export"; name: string; format: "csv" | "json" | "study" };

export interface WorkbenchState {
  label: string;
  datasets: DatasetEntry[];
  data: DataRecord | Unsaid;
  upload: UploadChunk | Unsaid;
  upload_ack: UploadAck | Unsaid;
  download: Download | Unsaid;
  problem: Problem | Unsaid;
  heartbeat: number;
  engines: EngineEntry[];
  families: Choice[];
  executors: Choice[];
  settings: Settings | Unsaid;
  run: Run | Unsaid;
  lanes: Lane[];
  bound: Bound | Unsaid;
  points: PointsMessage | Unsaid;
  studies: StudyEntry[];
  /** "IPY_MODEL_" and the id of the Explorer that a point was opened in. */
  explorer: string | null;
  opening: { lane: number; number: number } | Unsaid;
  command: ({ seq: number } & WorkbenchCommand) | Unsaid;
}

/** What makes views of other widgets; only where a widget manager runs the page. */
export interface WidgetManager {
  get_model(id: string): Promise<unknown>;
  create_view(model: unknown): Promise<{ el: HTMLElement; remove(): void }>;
}

export type WorkbenchModel = Pick<AnyModel<WorkbenchState & Record<string, unknown>>, "get" | "set" | "save_changes"> & {
  get<K extends keyof WorkbenchState>(key: K): WorkbenchState[K];
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  readonly widget_manager?: WidgetManager;
};

/** Sends commands; returns the number of each. Several of one moment all arrive: a trait holds only the last. */
export type Tell = (body: WorkbenchCommand) => number;

/**
 * Commands queue up until the one before has left the page: `command` is one trait, and the widget manager merges
 * what is set while a message is on its way.
 */
export function teller(model: WorkbenchModel, signal: AbortSignal, gap = 60): Tell {
  const waiting: ({ seq: number } & WorkbenchCommand)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const next = (): void => {
    const command = waiting.shift();
    timer = undefined;
    if (command === undefined) return;
    model.set("command", command);
    model.save_changes();
    timer = setTimeout(next, gap);
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (body) => {
    const seq = nextSeq();
    waiting.push({ ...body, seq });
    if (timer === undefined) next();
    return seq;
  };
}

/** The same model for parts made for the Explorer: their commands take their place in the queue. */
export function queued(model: WorkbenchModel, tell: Tell): Pick<WorkbenchModel, "save_changes" | "on" | "off"> & { get(key: keyof WorkbenchState): unknown; set(key: string, value: unknown): void } {
  return {
    get: <K extends keyof WorkbenchState>(key: K): WorkbenchState[K] => model.get(key),
    set(key: string, value: unknown) {
      if (key === "command") tell(value as WorkbenchCommand);
      else model.set(key, value as never);
    },
    save_changes: () => model.save_changes(),
    on: (event, callback) => model.on(event, callback),
    off: (event, callback) => model.off(event, callback),
  };
}

/** Call `callback` when one of the traits changes, until the signal aborts. */
export function watchTraits(model: WorkbenchModel, traits: readonly (keyof WorkbenchState)[], callback: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  for (const trait of traits) model.on(`change:${trait}`, callback);
  signal.addEventListener("abort", () => {
    for (const trait of traits) model.off(`change:${trait}`, callback);
  });
}

/** What a lane is called: two of one engine are told apart by their studies. */
export function laneName(lane: Lane, lanes: readonly Lane[]): string {
  const own = lane.label || lane.engine;
  const twins = lanes.filter((other) => (other.label || other.engine) === own);
  return twins.length > 1 ? `${own} (${lane.study})` : own;
}
