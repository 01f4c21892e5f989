/** The state of the search workbench: settings, lanes, points, bound and studies of a search. */

import type { Bytes } from "./bytes.js";
import type { Tell } from "./commands.js";
import type { DataCommand, DataMessage, DataState } from "./data_state.js";
import type { StructureRecord } from "./editor_state.js";
import type { Link, Unsaid } from "./link.js";

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
  /** "": the default family of each engine. */
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

export interface ParameterBound {
  parameters: number;
  proved: boolean;
  scope: string;
  family: string;
  /** The families of all lanes, in a word or two each. */
  kind: string;
  target: number;
}

/** Evaluations `from`, `from + 1`, ... of a lane, one column after the other; the event "points". */
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
  /** The process that is writing it, or "". */
  busy: string;
  bytes: number;
  mine: boolean;
}

export type WorkbenchCommand =
  | DataCommand
  | { kind: "start" | "pause" | "resume" | "stop" | "close_explorer" }
  | { kind: "settings"; changes: Partial<Settings> }
  | { kind: "open"; lane: number; number: number }
  | { kind: "points"; lane: number; from: number }
  | { kind: "studies" | "compare"; names: string[] }
  | { kind: "study_open"; names: string[]; resume: boolean }
  | { kind: "study_delete"; name: string }
  | { kind: "study_export"; name: string; format: "csv" | "json" | "study" };

export type WorkbenchMessage = DataMessage | WorkbenchCommand;

/** An evaluation: which lane, and its number there. */
export interface PointName {
  lane: number;
  number: number;
}

/** An evaluation in an Explorer, whose piece is the part of this name; each Explorer has a name of its own. */
export interface OpenedExplorer extends PointName {
  part: string;
}

export interface WorkbenchState extends DataState {
  label: string;
  engines: EngineEntry[];
  families: Choice[];
  executors: Choice[];
  settings: Settings | Unsaid;
  run: Run | Unsaid;
  lanes: Lane[];
  bound: ParameterBound | Unsaid;
  studies: StudyEntry[];
  opening: PointName | Unsaid;
  /** The evaluation whose Explorer is there, as the part "explorer". */
  opened: OpenedExplorer | Unsaid;
}

export type WorkbenchLink = Link<WorkbenchState, WorkbenchMessage>;
export type Send = Tell<WorkbenchCommand>;
