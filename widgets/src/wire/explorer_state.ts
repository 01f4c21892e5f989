/** The state that the Explorer adds to that of the editor: the fit, its pictures, bounds and visits. */

import type { Bytes } from "./bytes.js";
import type { DataCommand, DataMessage, DataState, Frame, ResidualScale } from "./data_state.js";
import type { EditorMessage, EditorState, StructureRecord } from "./editor_state.js";
import type { Link, Unsaid } from "./link.js";

export interface FitState {
  /** The edit it belongs to. */
  edit: string;
  generation: number;
  /** The name of its state, e.g. "RUNNING", "PAUSED", "CONVERGED", "EXACT", "MAX_SWEEPS", "STOPPED", "FAILED", "TRIED". */
  state: string;
  /** The same as a sentence, to be shown; nothing is decided by it. */
  status: string;
  running: boolean;
  paused: boolean;
  sweep: number;
  relative_error: number | null;
  seconds: number;
  seed: number;
  /** Relative error after every sweep, thinned. */
  errors: number[];
}

/** A lower bound on the relative error of every fit of a structure. */
export interface ErrorBound {
  /** The edit it belongs to. */
  edit: string;
  generation: number;
  /** 0 proves nothing. */
  error_bound: number;
  /** Modes on one side of the cut that binds; none where the bound is 0. */
  cut: number[];
  cut_rank: number;
  /** Places, among the bonds of the structure, of those that the cut counts. */
  crossing: number[];
  /** On a tree, an error that the best fit is certainly not above. */
  upper: number | null;
  cuts: number;
  all_cuts: number;
  /** Whether the bound will not rise any more. */
  complete: boolean;
  /** The bound with one more rank on each bond. */
  one_more: number[];
  /** Singular values of the tensor across the cut. */
  spectrum: number[];
}

/** The fewest parameters for the target error. */
export interface MinimumState {
  target: number;
  parameters: number | null;
  /** Parameters that no cut rules out. */
  incumbent: number | null;
  gap: number | null;
  /** Whether `parameters` is attained: no smaller count is left open. */
  proved: boolean;
  family: string;
  /** The structures it is proved for, in a word or two. */
  kind: string;
  /** A sentence. */
  scope: string;
  running: boolean;
}

export interface Pictures extends Frame {
  reconstruction: Bytes;
  residual: Bytes;
  residual_scale: number;
  /** The share of residuals beyond the scale. */
  beyond: number;
  /** The edit they belong to. */
  edit: string;
  generation: number;
}

/** Singular values on every bond, descending. */
export interface Spectra {
  /** The edit they belong to. */
  edit: string;
  values: number[][];
}

export interface Visit {
  id: number;
  parameters: number;
  relative_error: number;
  label: string;
  status: string;
  /** Whether its fit was left or stopped before it had converged. */
  cut_short: boolean;
  /** The label of its format; "" for a structure drawn by hand. */
  format: string;
}

/** A structure that a person keeps to compare. */
export interface PinRecord {
  id: number;
  name: string;
  structure: StructureRecord;
  parameters: number;
  compression_ratio: number;
  /** Null before its first sweep. */
  relative_error: number | null;
  status: string;
  cut_short: boolean;
  /** Whether the fit that runs is its own. */
  running: boolean;
  format: string;
  /** Whether it has cores. */
  fitted: boolean;
}

/** Pictures of two pins; all residuals are on one scale, and the difference is the second minus the first. */
export interface SideBySide extends Frame {
  reconstructions: [Bytes, Bytes];
  residuals: [Bytes, Bytes];
  residual_scale: number;
  difference: Bytes;
  difference_scale: number;
}

/** What one of several random starts has reached. */
export interface StartRecord {
  seed: number;
  relative_error: number;
  sweeps: number;
  status: string;
  cut_short: boolean;
  running: boolean;
}

/** What another way to keep the data reaches, drawn beside the visits: points [parameters, relative error]. */
export interface Reference {
  name: string;
  points: [number, number][];
}

/** Visits that are new or have changed: an event, and with `fresh` all that there are. */
export interface VisitsTold {
  visits: Visit[];
  current_id: number;
  /** Those that are known no more. */
  gone?: number[];
  /** Whether all others are forgotten. */
  fresh?: boolean;
}

/** What is answered with a structure to draw and a note on it. */
export type Asked = { kind: "reach"; error: number } | { kind: "trim" } | { kind: "improve" } | { kind: "enough" };

/** A file that Python writes: fitted cores, the reconstruction, the visits as a table, or a picture of the page. */
export type FileOfPage = "safetensors" | "npz" | "reconstruction" | "trade_off" | "page";

export type ExplorerCommand =
  | DataCommand
  | { kind: "pause" | "resume" | "stop" | "save" }
  | { kind: "export_file"; what: FileOfPage }
  | { kind: "restart"; seed?: number }
  | { kind: "look"; along?: number; at?: number; scale?: ResidualScale }
  | { kind: "try_seeds"; count: number }
  | { kind: "restore"; id: number }
  | { kind: "target"; value: number }
  | { kind: "pin" | "put_back" }
  | { kind: "unpin" | "restore_pin" | "pin_picture" | "pin_cores"; id: number }
  | { kind: "rename_pin"; id: number; name: string }
  | { kind: "side_by_side"; first: number; second: number }
  | { kind: "open_start" | "pin_start"; seed: number };

export type ExplorerMessage = EditorMessage | DataMessage | ExplorerCommand | { kind: "visits" | "share" } | { kind: "visit_structure"; id: number } | Asked;

export interface ExplorerState extends EditorState, DataState {
  /** The relative error aimed at. */
  target_error: number;
  fit: FitState | Unsaid;
  pictures: Pictures | Unsaid;
  bound: ErrorBound | Unsaid;
  minimum: MinimumState | Unsaid;
  spectra: Spectra | Unsaid;
  current_id: number;
  references: Reference[];
  pins: PinRecord[];
  starts: StartRecord[];
}

export type ExplorerLink = Link<ExplorerState, ExplorerMessage>;
