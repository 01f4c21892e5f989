/** The upload of a file to Python in pieces, each sent once the one before is answered. */

import { formatBytes } from "../ui/format.js";
import type { DataState, FileKinds, UploadMessage } from "./data_state.js";
import { KernelSilence, type Link } from "./link.js";

/** Bytes of a piece. */
export const CHUNK = 1024 * 1024;
/** Upload ids are random whole numbers below this, so that two pages of one kernel have different ones. */
const MAX_ID = 2 ** 31;

/** Say why a file cannot be uploaded, judged by its name and size, or "". */
export function refusal(name: string, size: number, { suffixes, words, max_bytes }: FileKinds): string {
  const short = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  if (!suffixes.some((suffix) => name.toLowerCase().endsWith(suffix))) {
    return `"${short}" cannot be read here. Choose ${words}; its name ends in ${suffixes.join(", ")}.`;
  }
  if (size === 0) return `"${short}" is empty.`;
  if (size <= max_bytes) return "";
  return `"${short}" has ${formatBytes(size)}; at most ${formatBytes(max_bytes)} can be uploaded. Load it in Python and pass the array.`;
}

export const piecesOf = (size: number): number => Math.ceil(size / CHUNK);

export interface UploadOptions {
  /** Part that has arrived, from 0 to 1; null when nothing is on its way. */
  progress(part: number | null, name: string): void;
  fail(sentence: string): void;
  /** A note says what was left out or changed on the way, "" if nothing was. */
  done(name: string, note: string): void;
}

/** At most one upload at a time; a new one takes the place of the one before. */
export class Uploader {
  private current: File | null = null;

  constructor(
    private readonly link: Pick<Link<DataState, UploadMessage>, "send" | "get">,
    private readonly options: UploadOptions,
    private readonly signal: AbortSignal,
  ) {}

  get kinds(): FileKinds {
    return this.link.get("files");
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
    let note = "";
    try {
      for (let index = 0; index < total; index++) {
        this.options.progress(index / total, name);
        const piece = await pieceOf(file, index);
        if (!isCurrent()) return;
        const answer = await this.link.send<{ note?: string }>({ kind: "upload", id, index, total, name, size }, [piece]);
        note = answer.note ?? "";
        if (!isCurrent()) return;
      }
      this.end();
      this.options.done(name, note);
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
