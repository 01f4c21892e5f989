import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { asBytes, type Bytes } from "./bytes.js";
import { type Answer, type Incoming, KernelSilence, type Link, LONG_PATIENCE_MS, openLink, part, PATIENCE_MS, said, SILENT_KERNEL, TOO_LATE, type Transport } from "./link.js";

interface Sent {
  client: string;
  n: number;
  kind: string;
  part?: string;
}
interface State {
  a: number;
  b: number;
}

/** A kernel that answers when a test wants it to. */
class Kernel implements Transport {
  readonly sent: Sent[] = [];
  readonly ears: ((content: Incoming, buffers: readonly Bytes[]) => void)[] = [];

  send(content: object): void {
    this.sent.push(content as Sent);
  }

  listen(hear: (content: Incoming, buffers: readonly Bytes[]) => void, signal: AbortSignal): void {
    this.ears.push(hear);
    signal.addEventListener("abort", () => this.ears.splice(this.ears.indexOf(hear), 1));
  }

  tell(content: Incoming, buffers: Bytes[] = []): void {
    for (const hear of [...this.ears]) hear(content, buffers);
  }

  answer({ client, n, kind, part: name }: Sent, fields: Partial<Answer> = {}): void {
    this.tell({ ...(name ? { part: name } : {}), answer: { client, n, kind, late: false, error: "", ...fields } });
  }

  /** The newest message, `hello` left out. */
  get newest(): Sent {
    return this.sent.filter(({ kind }) => kind !== "hello").at(-1) as Sent;
  }
}

let kernel: Kernel;
let end: AbortController;
let link: Link<State>;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new Kernel();
  end = new AbortController();
  link = openLink<State, { kind: string }>(kernel, end.signal);
});
afterEach(() => {
  end.abort();
  expect([vi.getTimerCount(), kernel.ears.length]).toEqual([0, 0]);
  vi.useRealTimers();
});

describe("messages", () => {
  it("carry the name of their link and count up from 1, whatever the clock says; two links have two names", () => {
    for (const minutes of [0, 60, -600]) {
      vi.setSystemTime(1e12 + 60_000 * minutes);
      void link.send({ kind: "pause" });
    }
    expect(kernel.sent.map(({ client, n }) => [client, n])).toEqual([1, 2, 3, 4].map((n) => [link.client, n]));
    expect(link.client).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(openLink(kernel, end.signal).client).not.toBe(link.client);
  });
  it("go out one by one: six of one moment are six", () => {
    const kinds = ["pause", "resume", "stop", "restart", "pause", "resume"];
    for (const kind of kinds) void link.send({ kind });
    expect(kernel.sent.slice(1).map(({ kind }) => kind)).toEqual(kinds);
    expect(link.sent).toBe(7);
  });
  it("are matched with their answers in any order, and by no other link", async () => {
    const other = openLink<State, { kind: string }>(kernel, end.signal);
    const asked = [link.send({ kind: "export" }), link.send({ kind: "export" }), other.send({ kind: "export" })];
    const sent = kernel.sent.filter(({ kind }) => kind === "export");
    [2, 1, 0].forEach((k) => kernel.answer(sent[k] as Sent, { text: `answer ${k}` }));
    expect((await Promise.all(asked)).map(({ text }) => text)).toEqual(["answer 0", "answer 1", "answer 2"]);
    kernel.answer(sent[0] as Sent, { error: "A second answer." }); // changes nothing
  });
  it("are refused with Python's sentence; a late one says that nothing was changed", async () => {
    const refused = link.send({ kind: "import" });
    kernel.answer(kernel.newest, { error: "That is no structure." });
    await expect(refused).rejects.toThrow("That is no structure.");
    const late = link.send({ kind: "pause" });
    kernel.answer(kernel.newest, { late: true });
    await expect(late).rejects.toThrow(TOO_LATE);
  });
  it("bring binary values of answers to where they were", async () => {
    const answer = link.send<{ data: DataView }>({ kind: "save" });
    const { client, n, kind } = kernel.newest;
    kernel.tell({ answer: { client, n, kind, late: false, error: "" }, buffer_paths: [["answer", "data"]] }, [new Uint8Array([9, 7, 5]).subarray(1)]);
    expect([...asBytes((await answer).data)]).toEqual([7, 5]);
  });
});

describe("a kernel that is silent", () => {
  const failed = vi.fn();
  const heard = vi.fn();
  beforeEach(() => {
    vi.clearAllMocks();
    link.onSilence(heard, end.signal);
  });
  it("is waited for five seconds, and said to be silent once", async () => {
    for (const kind of ["pause", "stop"]) link.send({ kind }).catch(failed);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(PATIENCE_MS).toBe(5000);
    expect(failed.mock.calls.map(([error]) => [error instanceof KernelSilence, error.message])).toEqual([[true, SILENT_KERNEL], [true, SILENT_KERNEL]]);
    expect([heard.mock.calls, link.silent]).toEqual([[[true]], true]);
  });
  it("is there again with the answer to anything, also to another page's message", async () => {
    link.send({ kind: "pause" }).catch(failed);
    await vi.advanceTimersByTimeAsync(PATIENCE_MS);
    kernel.tell({ state: { a: 1 } }); // worker threads push this, also while the kernel answers nothing
    expect(link.silent).toBe(true);
    kernel.answer({ client: "other", n: 4, kind: "draft" });
    expect([heard.mock.calls, link.silent]).toEqual([[[true], [false]], false]);
  });
  it("may take half a minute for files, and as long as it is busy for what no person asked for", async () => {
    link.send({ kind: "upload" }).catch(failed);
    void link.send({ kind: "heartbeat" });
    await vi.advanceTimersByTimeAsync(LONG_PATIENCE_MS - 1);
    expect(failed).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1e6);
    expect(failed).toHaveBeenCalledOnce();
    expect(LONG_PATIENCE_MS).toBe(30_000);
  });
  it("is waited for with the newest heartbeat only", async () => {
    const answered = vi.fn();
    const sent = [1, 2].map(() => (link.send({ kind: "heartbeat" }).then(answered), kernel.newest));
    for (const beat of sent) kernel.answer(beat);
    await vi.advanceTimersByTimeAsync(0);
    expect(answered.mock.calls.map(([{ n }]) => n)).toEqual([sent[1]?.n]);
  });
  it("is known at once where the connection cannot send", async () => {
    vi.spyOn(kernel, "send").mockImplementation(() => {
      throw new Error("closed");
    });
    await expect(link.send({ kind: "pause" })).rejects.toThrow(SILENT_KERNEL);
    expect(link.silent).toBe(true);
  });
});

describe("state and events", () => {
  it("come as a whole with the answer to hello, then in pieces", async () => {
    const changed = vi.fn(() => [link.get("a"), link.get("b")]);
    link.on(["b"], changed, end.signal);
    kernel.tell({ state: { a: 0 } });
    kernel.answer(kernel.sent[0] as Sent, { state: { a: 1, b: 2 } });
    await link.ready;
    kernel.tell({ state: { b: 3 } });
    expect(changed.mock.results.map(({ value }) => value)).toEqual([[1, 2], [1, 3]]);
  });
  it("that come right behind the answer to hello are newer than it", async () => {
    kernel.answer(kernel.sent[0] as Sent, { state: { a: 1, b: 2 } });
    kernel.tell({ state: { b: 3 } });
    expect([link.get("a"), link.get("b")]).toEqual([1, 3]);
    await link.ready;
    expect([link.get("a"), link.get("b")]).toEqual([1, 3]);
  });
  it("are heard by name", () => {
    const heard = vi.fn();
    link.hear("visits", heard, end.signal);
    kernel.tell({ event: "points", lane: 1 });
    kernel.tell({ event: "visits", visits: [], current_id: 3 });
    expect(heard).toHaveBeenCalledExactlyOnceWith({ event: "visits", visits: [], current_id: 3 });
  });
  it("are unset where Python has said nothing", () => {
    expect([said({}), said(null), said(undefined), said({ n: 0 })]).toEqual([null, null, null, { n: 0 }]);
  });
});

describe("a part", () => {
  it("speaks and hears for itself over the transport of the piece around it", async () => {
    const inner = part<State, { kind: string }>(link, "explorer", end.signal);
    const hello = kernel.sent[1] as Sent;
    expect(hello).toMatchObject({ part: "explorer", kind: "hello", client: inner.client, n: 1 });
    kernel.answer(hello, { state: { a: 5, b: 6 } });
    await inner.ready;
    kernel.tell({ part: "explorer", state: { a: 7 } });
    kernel.tell({ state: { a: 1 } });
    expect([inner.get("a"), link.get("a")]).toEqual([7, 1]);
    const asked = inner.send({ kind: "pause" });
    kernel.tell({ answer: { ...kernel.newest, late: false, error: "Of the outer piece." } });
    kernel.answer(kernel.newest, { error: "Of the inner piece." });
    await expect(asked).rejects.toThrow("Of the inner piece.");
  });
  it("says why it is not there", async () => {
    const inner = part<State, { kind: string }>(link, "explorer", end.signal);
    kernel.answer(kernel.sent[1] as Sent, { error: "No Explorer is open." });
    await expect(inner.ready).rejects.toThrow("No Explorer is open.");
  });
  it("ends by itself, and the link around it goes on", () => {
    const own = new AbortController();
    const inner = part<State, { kind: string }>(link, "explorer", own.signal);
    inner.send({ kind: "pause" }).catch(() => {});
    own.abort();
    expect([kernel.ears.length, vi.getTimerCount()]).toEqual([1, 0]);
    const before = kernel.sent.length;
    void inner.send({ kind: "stop" });
    expect(kernel.sent.length).toBe(before);
    void link.send({ kind: "stop" });
    expect(kernel.sent.length).toBe(before + 1);
  });
});

it("leaves neither timers nor listeners behind, and sends and hears nothing any more", () => {
  const heard = vi.fn();
  link.hear("visits", heard, end.signal);
  link.on(["a"], heard, end.signal);
  void link.send({ kind: "pause" });
  const [ear] = kernel.ears;
  end.abort();
  expect([vi.getTimerCount(), kernel.ears.length]).toEqual([0, 0]);
  ear?.({ event: "visits", state: { a: 2 } }, []); // a page's own transport may not know the signal
  void link.send({ kind: "stop" });
  expect([heard.mock.calls.length, kernel.newest.kind]).toEqual([0, "pause"]);
});
