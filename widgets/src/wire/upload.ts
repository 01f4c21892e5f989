/** The upload of a file to Python in pieces, each sent once the one before is acknowledged. */

import { formatBytes } from "../ui/format.js";
import { nextSeq, onChange, said } from "./channel.js";
import type { DataModel, UploadAck } from "./data_state.js";

/** Bytes of a piece. */
export const CHUNK = 1024 * 1024;
/** Bytes of a file at most, as in Python. */
export const MAX_BYTES = 64 * CHUNK;
/** Milliseconds that a piece waits to be acknowledged; the last one is read by Python first. */
export const PIECE_TIMEOUT_MS = 30_000;

/** Which files a widget takes. */
export interface FileKinds {
  readonly endings: readonly string[];
  /** The same in words, as after "Choose". */
  readonly words: string;
}

export const SESSION_FILES: FileKinds = {
  endings: [".npy", ".png", ".jpg", ".jpeg", ".tnlab"],
  words: "a .npy array, a .png or .jpg picture, or a .tnlab session",
};

export const STUDY_FILES: FileKinds = {
  endings: [".npy", ".png", ".jpg", ".jpeg", ".study", ".json"],
  words: "a .npy array, a .png or .jpg picture, or a .study or .json file with a study",
};

/** Say why a file cannot be uploaded, judged by its name and size, or "". */
export function refusal(name: string, size: number, { endings, words } = SESSION_FILES): string {
  const short = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  if (!endings.some((ending) => name.toLowerCase().endsWith(ending))) {
    return `"${short}" cannot be read here. Choose ${words}.`;
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

interface Sending {
  readonly id: number;
  readonly file: File;
  index: number;
}

/** At most one upload at a time; a new one takes the place of the one before. */
export class Uploader {
  private current: Sending | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly model: DataModel,
    private readonly events: UploadEvents,
    signal: AbortSignal,
    readonly kinds: FileKinds = SESSION_FILES,
  ) {
    onChange(model, ["upload_ack"], () => this.hear(), signal);
    signal.addEventListener("abort", () => this.end());
  }

  send(file: File): void {
    const reason = refusal(file.name, file.size, this.kinds);
    if (reason) return this.events.fail(reason);
    clearTimeout(this.timer);
    this.current = { id: nextSeq(), file, index: 0 };
    void this.sendPiece(this.current);
  }

  cancel(): void {
    if (this.current === null) return;
    this.end();
    this.free();
  }

  private async sendPiece(upload: Sending): Promise<void> {
    const { id, index, file } = upload;
    const total = piecesOf(file.size);
    this.events.progress(index / total, file.name);
    try {
      const buffer = await file.slice(index * CHUNK, (index + 1) * CHUNK).arrayBuffer();
      if (this.current !== upload) return;
      this.model.set("upload", { id, index, total, name: file.name, size: file.size, data: new DataView(buffer) });
      this.model.save_changes();
      this.timer = setTimeout(() => this.giveUp("The kernel does not answer; the upload was ended."), PIECE_TIMEOUT_MS);
    } catch {
      if (this.current === upload) this.giveUp(`"${file.name}" could not be read by the browser. Was it moved or changed?`);
    }
  }

  private hear(): void {
    const upload = this.current;
    const ack = said<UploadAck>(this.model.get("upload_ack"));
    if (upload === null || ack === null || ack.id !== upload.id || ack.index !== upload.index) return;
    clearTimeout(this.timer);
    if (!ack.error && !ack.done) {
      upload.index += 1;
      return void this.sendPiece(upload);
    }
    this.end();
    if (!ack.error) this.events.done(upload.file.name); // an error comes as a problem, too
  }

  private end(): void {
    clearTimeout(this.timer);
    this.current = null;
    this.events.progress(null, "");
  }

  /** Empty the trait, so that a saved notebook does not contain a piece of a file. */
  private free(): void {
    this.model.set("upload", {});
    this.model.save_changes();
  }

  private giveUp(sentence: string): void {
    this.end();
    this.free();
    this.events.fail(sentence);
  }
}
