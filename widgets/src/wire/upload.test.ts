// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import type { DataState, UploadMessage } from "./data_state.js";
import { LONG_PATIENCE_MS } from "./link.js";
import { CHUNK, refusal, Uploader } from "./upload.js";
import { widgetLink } from "./widget_link.js";

const files = { suffixes: [".npy", ".png", ".nii.gz", ".tnlab"], words: "an array, or a session", max_bytes: 64 * CHUNK };
let model: FakeModel<DataState>;
let end: AbortController;
let uploads: Uploader;
const events = { progress: vi.fn(), fail: vi.fn(), done: vi.fn() };
const sizes = (): (number | undefined)[] => model.buffers.map(([piece]) => piece?.byteLength);
const answer = (fields = {}): Promise<void> => model.answer(model.newest("upload"), fields);

/** A file with `slice`, which jsdom's lacks the `arrayBuffer` of. */
const file = (name: string, size: number): File =>
  ({ name, size, slice: (a: number, b: number) => ({ arrayBuffer: async () => new ArrayBuffer(Math.min(b, size) - a) }) }) as unknown as File;
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

beforeEach(() => {
  vi.clearAllMocks();
  model = new FakeModel<DataState>({ files });
  end = new AbortController();
  uploads = new Uploader(widgetLink<DataState, UploadMessage>(model, end.signal), events, end.signal);
});
afterEach(() => end.abort());

describe("an upload", () => {
  it("sends the next piece when the one before is answered", async () => {
    uploads.send(file("a.npy", CHUNK + 5));
    await settle();
    expect(model.newest("upload")).toMatchObject({ index: 0, total: 2, name: "a.npy", size: CHUNK + 5 });
    await answer({ done: false });
    expect(model.newest("upload")).toMatchObject({ index: 1, id: model.sent[0]?.["id"] });
    expect(sizes()).toEqual([CHUNK, 5]);
    await answer({ done: true, note: "2 entries are missing." });
    expect(events.done).toHaveBeenCalledWith("a.npy", "2 entries are missing.");
    expect(events.progress).toHaveBeenLastCalledWith(null, "");
  });
  it("ends with an error of Python's", async () => {
    uploads.send(file("a.npy", 10));
    await settle();
    await answer({ error: "Not an array." });
    expect(events.progress).toHaveBeenLastCalledWith(null, "");
    expect(events.fail).toHaveBeenCalledExactlyOnceWith("Not an array.");
    expect(events.done).not.toHaveBeenCalled();
  });
  it("sends nothing more after a cancel, nor when another file takes its place", async () => {
    uploads.send(file("a.npy", 3 * CHUNK));
    await settle();
    uploads.cancel();
    await answer();
    expect(model.sent.length).toBe(1);
    uploads.send(file("b.npy", 3 * CHUNK));
    uploads.send(file("c.npy", 10));
    await settle();
    expect(model.sent.slice(1).map(({ name }) => name)).toEqual(["c.npy"]);
    await answer({ done: true });
    expect(events.done.mock.calls).toEqual([["c.npy", ""]]);
    expect(events.fail).not.toHaveBeenCalled();
  });
  it("gives up in a sentence when the kernel stays silent", async () => {
    vi.useFakeTimers();
    uploads.send(file("a.npy", 10));
    await settle();
    await vi.advanceTimersByTimeAsync(LONG_PATIENCE_MS);
    vi.useRealTimers();
    expect(events.fail).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("the upload was ended"));
  });
  it("says when the browser cannot read the file", async () => {
    const gone = { ...file("a.npy", 10), slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotFoundError")) }) };
    uploads.send(gone as unknown as File);
    await settle();
    expect(events.fail).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("could not be read by the browser"));
  });
  it("is refused before a byte is read", async () => {
    uploads.send(file("big.npy", files.max_bytes + 1));
    await settle();
    expect(events.fail).toHaveBeenCalledWith(expect.stringContaining("at most 64.0 MiB"));
    expect(model.sent).toEqual([]);
  });
});

it("takes the files that Python names, and says which others", () => {
  expect(["a.npy", "b.PNG", "c.nii.gz", "d.tnlab"].map((name) => refusal(name, 10, files))).toEqual(["", "", "", ""]);
  expect(refusal("x.pkl", 10, files)).toBe('"x.pkl" cannot be read here. Choose an array, or a session; its name ends in .npy, .png, .nii.gz, .tnlab.');
  expect(refusal("x.npy", 0, files)).toContain("is empty");
});
