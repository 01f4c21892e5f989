/** The upload of a file to Python in pieces, each sent once the one before is answered. */

import { formatBytes } from "../ui/format.js";
import type { UploadMessage } from "./data_state.js";
import { KernelSilence, type Link } from "./link.js";

/** Bytes of a piece. */
export const CHUNK = 1024 * 1024;
/** Bytes of a file at most, as in Python. */
export const MAX_BYTES = 64 * CHUNK;
/** Upload ids are random whole numbers below this, so that two pages of one kernel have different ones. */
const MAX_ID = 2 ** 31;

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

export interface UploadOptions {
  /** Those of a session by default. */
  kinds?: FileKinds | undefined;
  /** Part that has arrived, from 0 to 1; null when nothing is on its way. */
  progress(part: number | null, name: string): void;
  fail(sentence: string): void;
  done(name: string): void;
}

/** At most one upload at a time; a new one takes the place of the one before. */
export class Uploader {
  private current: File | null = null;

  constructor(
    private readonly link: Pick<Link<unknown, UploadMessage>, "send">,
    private readonly options: UploadOptions,
    private readonly signal: AbortSignal,
  ) {}

  get kinds(): FileKinds {
    return this.options.kinds ?? SESSION_FILES;
  }

  send(file: File): void {
    const reason = refusal(file.name, file.size, this.kinds);
    if (reason) return this.options.fail(reason);
    this.current = file;
    void this.sendPieces(file);
  }

  cancel(): void {
    if (this.current !== null) this.end();
  }

  private async sendPieces(file: File): Promise<void> {
    const { name, size } = file;
    const [id, total] = [Math.floor(Math.random() * MAX_ID), piecesOf(size)];
    const isCurrent = (): boolean => this.current === file && !this.signal.aborted;
    try {
      for (let index = 0; index < total; index++) {
        this.options.progress(index / total, name);
        const piece = await pieceOf(file, index);
        if (!isCurrent()) return;
        await this.link.send({ kind: "upload", id, index, total, name, size }, [piece]);
        if (!isCurrent()) return;
      }
      this.end();
      this.options.done(name);
    } catch (error) {
      if (!isCurrent()) return;
      this.end();
      this.options.fail(error instanceof KernelSilence ? "The kernel does not answer; the upload was ended." : (error as Error).message);
    }
  }

  private end(): void {
    this.current = null;
    this.options.progress(null, "");
  }
}

async function pieceOf(file: File, index: number): Promise<ArrayBuffer> {
  try {
    return await file.slice(index * CHUNK, (index + 1) * CHUNK).arrayBuffer();
  } catch {
    throw new Error(`"${file.name}" could not be read by the browser. Was it moved or changed?`);
  }
}
