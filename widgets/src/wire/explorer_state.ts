/** The traits that `tnlab_widgets.explorer` adds to those of the editor. An empty object stands for "not said yet". */

import { type EditorModel, type EditorState, nextSeq, onChange } from "./editor_state.js";

/** Binary values arrive as `DataView`; a fake model may hand over other views. */
export type Bytes = ArrayBuffer | ArrayBufferView;
export type Order = "plain" | "quantised";
type Unsaid = Record<string, never>;

export interface DatasetEntry {
  name: string;
  label: string;
  /** A sentence about it, and who may use it. */
  description?: string;
  licence?: string;
}

export interface Suggestion {
  modes: number[];
  order: Order;
  label: string;
}

export interface DataRecord {
  name: string;
  label: string;
  shape: number[];
  modes: number[];
  order: Order;
  kind: PictureKind;
  size: number;
  suggestions: Suggestion[];
}

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

/** What no fit of a structure can beat. */
export interface BoundState {
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
  /** Whether nothing between the two is left open. */
  proved: boolean;
  family: string;
  /** A sentence. */
  scope: string;
  running: boolean;
}

export type PictureKind = "image" | "slices" | "curve";

export interface Original {
  kind: PictureKind;
  width: number;
  height: number;
  /** Grey, one byte a pixel; for a curve float32. */
  pixels: Bytes;
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

export type CommandBody =
  | { kind: "pause" | "resume" | "stop" | "save" }
  | { kind: "restart"; seed?: number }
  | { kind: "try_seeds"; count: number }
  | { kind: "restore"; id: number }
  | { kind: "target"; value: number }
  | { kind: "dataset"; name: string }
  | { kind: "reshape"; modes: number[]; order: Order };

export interface UploadChunk {
  id: number;
  index: number;
  total: number;
  name: string;
  size: number;
  data: DataView;
}

export interface UploadAck {
  id: number;
  index: number;
  error: string;
  done: boolean;
}

export interface Download {
  seq: number;
  filename: string;
  data: Bytes;
}

export interface Problem {
  seq: number;
  text: string;
}

export interface ExplorerState extends EditorState {
  datasets: DatasetEntry[];
  data: DataRecord | Unsaid;
  fit_state: FitState | Unsaid;
  pictures: Pictures | Unsaid;
  original: Original | Unsaid;
  bound: BoundState | Unsaid;
  minimum: MinimumState | Unsaid;
  spectra: number[][];
  spectra_seq: number;
  visited: Visit[];
  current_id: number;
  target_error: number;
  command: ({ seq: number } & CommandBody) | Unsaid;
  upload: UploadChunk | Unsaid;
  upload_ack: UploadAck | Unsaid;
  download: Download | Unsaid;
  problem: Problem | Unsaid;
}

export type ExplorerModel = EditorModel<ExplorerState>;

/** Return a trait's value, or null where Python has not said it yet. */
export function said<T extends object>(value: T | Unsaid | null | undefined): T | null {
  return value && Object.keys(value).length > 0 ? (value as T) : null;
}

/** Send a command; return its number. */
export function send(model: ExplorerModel, body: CommandBody): number {
  const seq = nextSeq();
  model.set("command", { seq, ...body });
  model.save_changes();
  return seq;
}

/** Call `callback` when one of the traits changes, until the signal aborts. */
export function watch(model: ExplorerModel, traits: readonly (keyof ExplorerState)[], callback: () => void, signal: AbortSignal): void {
  onChange<ExplorerState>(model, traits, callback, signal);
}
