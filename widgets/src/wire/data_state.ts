/** The traits of a widget that holds a tensor: which data, cut into which modes, its upload and download. */

import type { Bytes } from "./bytes.js";
import { type Model, sendCommand, type Unsaid } from "./channel.js";

export type Order = "plain" | "quantised";
export interface DatasetEntry {
  name: string;
  label: string;
  /** A sentence about it. */
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

export type PictureKind = "image" | "slices" | "curve";

export interface Original {
  kind: PictureKind;
  width: number;
  height: number;
  /** Grey, one byte a pixel; for a curve float32. */
  pixels: Bytes;
}

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

/** Commands of every widget that holds a tensor. */
export type DataCommand = { kind: "dataset"; name: string } | { kind: "reshape"; modes: number[]; order: Order };

export interface DataState {
  datasets: DatasetEntry[];
  data: DataRecord | Unsaid;
  upload: UploadChunk | Unsaid;
  upload_ack: UploadAck | Unsaid;
  download: Download | Unsaid;
  problem: Problem | Unsaid;
  command: { seq: number; kind: string } | Unsaid;
}

export type DataModel = Model<DataState>;

/** Send a command about the data; return its number. */
export const send = (model: DataModel, command: DataCommand): number => sendCommand(model, command);
