/** The state of the editor. Python owns the truth; the page draws and proposes. */

import type { Problem } from "./data_state.js";
import type { Answer, Link, Unsaid } from "./link.js";

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

/** A structure as JSON, version 1; what the state `structure` and drafts hold. */
export interface StructureRecord {
  version: 1;
  modes: number[];
  cores: CoreRecord[];
  bonds: BondRecord[];
}

export interface Numbers {
  /** The edit that they belong to. */
  edit: string;
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

export type EditorMessage =
  | { kind: "draft"; structure: StructureRecord }
  | { kind: "preset"; name: string; rank?: number; modes: number[] }
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

/** The answer to a request; which fields it has depends on its kind. */
export interface Reply extends Answer {
  structure?: StructureRecord;
  text?: string;
  filename?: string;
  /** A sentence on a preset whose ranks are lower than the one asked for. */
  note?: string;
  /** Of every bond: the share of spanning trees that use it. */
  leverages?: number[];
  /** The bonds of all least cuts. */
  bottlenecks?: number[];
  pair?: Between | null;
}

export interface EditorState {
  structure: StructureRecord | Unsaid;
  /** The edit that `structure` is: CLIENT:N for a draft of a page, python:N for one that Python set, "" at first. */
  edit: string;
  /** A remark on the structure, or "". */
  notice: string;
  numbers: Numbers | Unsaid;
  modes_locked: boolean;
  read_only: boolean;
  presets: Preset[];
  /** By the name of a preset: why it cannot be drawn over the present modes. */
  refusals: Record<string, string>;
  label: string;
  problem: Problem | Unsaid;
}

export type EditorLink = Link<EditorState, EditorMessage>;
