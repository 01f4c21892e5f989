// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import type { UploadChunk } from "./data_state.js";
import type { ExplorerModel } from "./explorer_state.js";
import { CHUNK, MAX_BYTES, PIECE_TIMEOUT_MS, refusal, STUDY_FILES, Uploader } from "./upload.js";

let model: FakeModel;
let end: AbortController;
let uploads: Uploader;
const events = { progress: vi.fn(), fail: vi.fn(), done: vi.fn() };
const sent = (): UploadChunk => (model.state as unknown as { upload: UploadChunk }).upload;
const hear = (ack: object): void => model.receive({ upload_ack: ack } as never);

/** A file with `slice`, which jsdom's lacks the `arrayBuffer` of. */
const file = (name: string, size: number): File =>
  ({ name, size, slice: (a: number, b: number) => ({ arrayBuffer: async () => new ArrayBuffer(Math.min(b, size) - a) }) }) as unknown as File;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

beforeEach(() => {
  vi.clearAllMocks();
  model = new FakeModel();
  end = new AbortController();
  uploads = new Uploader(model as unknown as ExplorerModel, events, end.signal);
});
afterEach(() => end.abort());

describe("an upload", () => {
  it("sends the next piece when the one before has arrived", async () => {
    uploads.send(file("a.npy", CHUNK + 5));
    await settle();
    expect(sent()).toMatchObject({ index: 0, total: 2, name: "a.npy", size: CHUNK + 5 });
    expect(sent().data.byteLength).toBe(CHUNK);
    hear({ id: sent().id, index: 0, error: "", done: false });
    await settle();
    expect(sent().index).toBe(1);
    expect(sent().data.byteLength).toBe(5);
    hear({ id: sent().id, index: 1, error: "", done: true });
    expect(events.done).toHaveBeenCalledWith("a.npy");
    expect(events.progress).toHaveBeenLastCalledWith(null, "");
  });
  it("ends with an error of Python's, which comes as a problem too", async () => {
    uploads.send(file("a.npy", 10));
    await settle();
    hear({ id: sent().id, index: 0, error: "Not an array.", done: false });
    expect(events.progress).toHaveBeenLastCalledWith(null, "");
    expect(events.done).not.toHaveBeenCalled();
    expect(events.fail).not.toHaveBeenCalled();
  });
  it("ignores the answer to another one, and nothing follows a cancel", async () => {
    uploads.send(file("a.npy", 3 * CHUNK));
    await settle();
    const { id } = sent();
    hear({ id: id - 1, index: 0, error: "", done: false });
    await settle();
    expect(sent().index).toBe(0);
    uploads.cancel();
    expect(sent()).toEqual({});
    hear({ id, index: 0, error: "", done: false });
    await settle();
    expect(sent()).toEqual({});
  });
  it("gives up in a sentence when the kernel stays silent", async () => {
    vi.useFakeTimers();
    uploads.send(file("a.npy", 10));
    await settle();
    vi.advanceTimersByTime(PIECE_TIMEOUT_MS + 1);
    vi.useRealTimers();
    expect(events.fail).toHaveBeenCalledWith(expect.stringContaining("does not answer"));
  });
  it("is refused before a byte is read", async () => {
    uploads.send(file("big.npy", MAX_BYTES + 1));
    await settle();
    expect(events.fail).toHaveBeenCalledWith(expect.stringContaining("at most 64.0 MiB"));
    expect(sent()).toBeUndefined();
  });
});

it("takes arrays, pictures and sessions only", () => {
  expect(["a.npy", "b.PNG", "c.jpeg", "d.tnlab"].map((name) => refusal(name, 10))).toEqual(["", "", "", ""]);
  expect(refusal("x.pkl", 10)).toContain("cannot be read");
  expect(refusal("x.npy", 0)).toContain("is empty");
});

it("takes other files where a widget says so", () => {
  expect(["a.npy", "b.study", "c.JSON"].map((name) => refusal(name, 10, STUDY_FILES))).toEqual(["", "", ""]);
  expect(refusal("d.tnlab", 10, STUDY_FILES)).toContain("a .study or .json file with a study");
});
