import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeModel } from "../testing/fake_model.js";
import { asBytes } from "./bytes.js";
import { widgetLink } from "./widget_link.js";

interface State {
  edit: string;
  label: string;
}
let model: FakeModel<State>;
let end: AbortController;

beforeEach(() => {
  model = new FakeModel<State>({ edit: "", label: "one" });
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  expect(model.listeners).toBe(0);
});

it("reads the state from the traits of the model, and says no hello", async () => {
  const link = widgetLink<State, { kind: string }>(model, end.signal);
  await link.ready;
  const changed = vi.fn(() => [link.get("edit"), link.get("label")]);
  link.on(["label"], changed, end.signal);
  model.receive({ edit: "python:1", label: "two" });
  expect(changed.mock.results.map(({ value }) => value)).toEqual([["python:1", "two"]]);
  expect(model.sent).toEqual([]);
});
it("sends and hears custom messages with their buffers; two views of one model each hear their own answers", async () => {
  const links = [1, 2].map(() => widgetLink<State, { kind: string; index: number }>(model, end.signal));
  const asked = links.map((link, index) => link.send<{ data: DataView }>({ kind: "upload", index }, [new ArrayBuffer(3 + index)]));
  expect(model.buffers.map(([buffer]) => buffer?.byteLength)).toEqual([3, 4]);
  for (const [k, message] of [...model.sent.entries()].reverse()) {
    const { client, n, kind } = message;
    model.tell({ answer: { client, n, kind, late: false, error: "" }, buffer_paths: [["answer", "data"]] }, [new DataView(new Uint8Array([k]).buffer)]);
  }
  expect((await Promise.all(asked)).map(({ data }) => asBytes(data)[0])).toEqual([0, 1]);
});
