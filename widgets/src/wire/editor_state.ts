/** The traits that `tnlab_widgets.editor` shares with the page. Python owns the truth; the page draws and proposes. */

import type { Model, Unsaid } from "./channel.js";

export interface CoreRecord {
  legs: number[];
  name?: string;
  position?: [number, number];
  pinned?: boolean;
}

export interface BondRecord {
  cores: number[];
  rank: number;
}

/** A structure as JSON, version 1; what `structure` and `proposal.structure` hold. */
export interface StructureRecord {
  version: 1;
  modes: number[];
  cores: CoreRecord[];
  bonds: BondRecord[];
}

export interface Proposal {
  seq: number;
  structure: StructureRecord;
}

/** Python's judgement of a proposal. After an error Python keeps the last valid structure; a notice is only shown. */
export interface Verdict {
  seq: number;
  error: string;
  notice: string;
}

export interface Numbers {
  seq: number;
  parameters: number;
  compression_ratio: number;
  contraction_cost: number;
  size: number;
  order: number;
}

export interface Preset {
  name: string;
  label: string;
  short: string;
  description: string;
}

export type ExportFormat = "json" | "svg" | "tikz" | "python" | "einsum";

export type RequestBody =
  | { kind: "preset"; name: string; rank: number; modes: number[] }
  | { kind: "layout"; structure: StructureRecord }
  | { kind: "measure"; structure: StructureRecord; pair: [number, number] | null }
  | { kind: "import"; text: string }
  | { kind: "export"; format: ExportFormat; dark: boolean };

/** The measures between two cores: effective resistance (every bond conducts 1), and the cut with the least product of ranks. */
export interface Between {
  resistance: number;
  cut_rank: number;
  /** Indices into the bonds of the structure. */
  bonds: number[];
}

export interface Reply {
  seq: number;
  kind: RequestBody["kind"];
  error: string;
  structure?: StructureRecord;
  text?: string;
  filename?: string;
  /** Of every bond: the share of spanning trees that use it. */
  leverages?: number[];
  /** The bonds of all least cuts. */
  bottlenecks?: number[];
  pair?: Between | null;
}

/** Every synced trait of a `NetworkEditor`. */
export interface EditorState {
  structure: StructureRecord | Unsaid;
  structure_seq: number;
  proposal: Proposal | Unsaid;
  verdict: Verdict | Unsaid;
  numbers: Numbers | Unsaid;
  modes_locked: boolean;
  read_only: boolean;
  presets: Preset[];
  /** By the name of a preset: why it cannot be drawn over the present modes. */
  refusals: Record<string, string>;
  request: ({ seq: number } & RequestBody) | Unsaid;
  reply: Reply | Unsaid;
  label: string;
}

export type EditorModel<State extends EditorState = EditorState> = Model<State>;
