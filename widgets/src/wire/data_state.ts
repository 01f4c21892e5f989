/** The state of a piece that holds a tensor: which data, cut into which modes. */

import type { Bytes } from "./bytes.js";
import type { Link, Unsaid } from "./link.js";

export type Order = "plain" | "quantised";
export interface DatasetEntry {
  name: string;
  label: string;
  licence?: string;
  /** Its heading in the menu. */
  group?: string;
  /** A sentence on what a tensor network can find in it. */
  find?: string;
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
  /** What it is in a word or two, e.g. "a photograph". */
  what?: string;
  /** A sentence on what a tensor network can find in it; "" for data of one's own. */
  find?: string;
  size: number;
  /** What was left out, filled in or changed when the data were read; "" if nothing was. */
  note?: string;
  /** Entries that are missing. */
  missing?: number;
  suggestions: Suggestion[];
}

export type PictureKind = "image" | "slices" | "curve";

export type ResidualScale = "fixed" | "automatic" | number;

/** Size and colours of a picture, or the points (width) of some series (height). */
export interface Frame {
  kind: PictureKind;
  width: number;
  height: number;
  /** 1 for grey, 3 for red, green and blue. */
  channels: number;
}

export interface Original extends Frame {
  /** One byte for every channel of a pixel; for a curve float32. */
  pixels: Bytes;
  /** Entries of the tensor that the bytes 0 and 255 stand for. */
  low: number;
  high: number;
  /** Lengths of the axes along which slices can be taken; none where there is one picture. */
  axes: number[];
  along: number;
  /** The slice, of `count`. */
  at: number;
  count: number;
  /** How residuals are scaled. */
  scale: ResidualScale;
}

export interface Problem {
  /** Counts up, so that the same sentence can be said again. */
  n: number;
  text: string;
}

export interface UploadMessage {
  kind: "upload";
  id: number;
  index: number;
  total: number;
  name: string;
  size: number;
}

/** Commands about the data. */
export type DataCommand = { kind: "dataset"; name: string } | { kind: "reshape"; modes: number[]; order: Order };

/** Messages of every piece that holds a tensor. */
export type DataMessage = DataCommand | UploadMessage | { kind: "heartbeat" };

/** The files that a piece takes. */
export interface FileKinds {
  /** Endings of their names, in small letters with the dot. */
  suffixes: string[];
  /** What they are, as after "Choose". */
  words: string;
  /** Bytes of a file at most. */
  max_bytes: number;
}

export interface DataState {
  datasets: DatasetEntry[];
  files: FileKinds;
  data: DataRecord | Unsaid;
  original: Original | Unsaid;
  problem: Problem | Unsaid;
}

export type DataLink = Link<DataState, DataMessage>;
