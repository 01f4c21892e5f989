/** Send a file to Python in pieces, each after the one before was acknowledged. */

import { type ExplorerModel, said, type UploadAck, watch } from "./explorer_model.js";
import { formatBytes } from "./format.js";
import { nextSeq } from "./model.js";

export const CHUNK = 1024 * 1024;
export const MAX_BYTES = 64 * CHUNK;
export const ENDINGS = [".npy", ".png", ".jpg", ".jpeg", ".tnlab"];
export const PATIENCE_MS = 30_000;

/** Say why a file cannot be taken, or "". Nothing of it has been read. */
export function refusal(name: string, size: number): string {
  const short = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  if (!ENDINGS.some((ending) => name.toLowerCase().endsWith(ending))) {
    return `"${short}" cannot be read here. Choose a .npy array, a .png or .jpg picture, or a .tnlab session.`;
  }
  if (size === 0) return `"${short}" is empty.`;
  if (size <= MAX_BYTES) return "";
  return `"${short}" has ${formatBytes(size)}; at most ${formatBytes(MAX_BYTES)} can be uploaded. Load it in Python and pass the array.`;
}

export const piecesOf = (size: number): number => Math.ceil(size / CHUNK);

export interface UploadEvents {
  /** Part that has arrived, from 0 to 1; null when nothing is on its way. */
  progress(part: number | null, name: string): void;
  fail(sentence: string): void;
  done(name: string): void;
}

export interface Uploader {
  send(file: File): void;
  cancel(): void;
}

export function uploader(model: ExplorerModel, events: UploadEvents, signal: AbortSignal): Uploader {
  let current: { id: number; file: File; index: number } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const end = (): void => {
    clearTimeout(timer);
    current = null;
    events.progress(null, "");
  };
  const free = (): void => {
    model.set("upload", {});
    model.save_changes();
  };
  const sendPiece = async (): Promise<void> => {
    const upload = current;
    if (upload === null) return;
    const { id, index, file } = upload;
    events.progress(index / piecesOf(file.size), file.name);
    try {
      const buffer = await file.slice(index * CHUNK, (index + 1) * CHUNK).arrayBuffer();
      if (current !== upload) return;
      const data = new DataView(buffer);
      model.set("upload", { id, index, total: piecesOf(file.size), name: file.name, size: file.size, data });
      model.save_changes();
      timer = setTimeout(() => giveUp("The kernel does not answer; the upload was ended."), PATIENCE_MS);
    } catch {
      giveUp(`"${file.name}" could not be read by the browser. Was it moved or changed?`);
    }
  };
  const giveUp = (sentence: string): void => {
    end();
    free();
    events.fail(sentence);
  };
  const hear = (): void => {
    const ack = said<UploadAck>(model.get("upload_ack"));
    if (current === null || ack === null || ack.id !== current.id || ack.index !== current.index) return;
    clearTimeout(timer);
    const { name } = current.file;
    if (ack.error || ack.done) {
      end();
      return ack.error ? undefined : events.done(name); // an error comes as a problem, too
    }
    current.index += 1;
    void sendPiece();
  };
  watch(model, ["upload_ack"], hear, signal);
  signal.addEventListener("abort", end);
  return {
    send(file) {
      const reason = refusal(file.name, file.size);
      if (reason) return events.fail(reason);
      clearTimeout(timer);
      current = { id: nextSeq(), file, index: 0 };
      void sendPiece();
    },
    cancel() {
      if (current === null) return;
      end();
      free();
    },
  };
}
