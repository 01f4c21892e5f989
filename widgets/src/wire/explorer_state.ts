/** The traits that `tnlab_widgets.explorer` adds to those of the editor: the fit, its pictures, bounds and visits. */

import type { Bytes } from "./bytes.js";
import { type Model, sendCommand, type Unsaid } from "./channel.js";
import type { DataCommand, DataState, Original, PictureKind } from "./data_state.js";
import type { EditorState } from "./editor_state.js";


export interface FitState {
  /** The edit it belongs to. */
  seq: number;
  generation: number;
  running: boolean;
  paused: boolean;
  /** A sentence. */
  status: string;
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
  seq: number;
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
  /** A sentence. */
  scope: string;
  running: boolean;
}

export interface Pictures {
  kind: PictureKind;
  width: number;
  height: number;
  reconstruction: Bytes;
  residual: Bytes;
  residual_scale: number;
  seq: number;
  generation: number;
  tensor?: Bytes;
}

export interface Visit {
  id: number;
  parameters: number;
  relative_error: number;
  label: string;
  status: string;
}

export type ExplorerCommand =
  | DataCommand
  | { kind: "pause" | "resume" | "stop" | "save" }
  | { kind: "restart"; seed?: number }
  | { kind: "try_seeds"; count: number }
  | { kind: "restore"; id: number }
  | { kind: "target"; value: number };

export interface ExplorerState extends EditorState, DataState {
  /** The relative error aimed at. */
  target_error: number;
  fit_state: FitState | Unsaid;
  pictures: Pictures | Unsaid;
  original: Original | Unsaid;
  bound: ErrorBound | Unsaid;
  minimum: MinimumState | Unsaid;
  spectra: number[][];
  spectra_seq: number;
  visited: Visit[];
  current_id: number;
  command: ({ seq: number } & ExplorerCommand) | Unsaid;
}

export type ExplorerModel = Model<ExplorerState>;

/** Send a command to the Explorer's Python half; return its number. */
export const send = (model: ExplorerModel, command: ExplorerCommand): number => sendCommand(model, command);
