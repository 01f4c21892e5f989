/** For tests: the model of a widget without a kernel, and structures to draw. */

import type { EditorState, StructureRecord } from "../wire/editor_state.js";
import type { Answer } from "../wire/link.js";

/** A message of the page, as it arrived. */
export interface Arrived {
  client: string;
  n: number;
  kind: string;
  [field: string]: unknown;
}

/** As strict as Jupyter's model: content travels as JSON, a view over a buffer sends the whole buffer. */
export class FakeModel<State = EditorState> {
  readonly sent: Arrived[] = [];
  readonly buffers: ArrayBuffer[][] = [];
  private readonly traits = new Map<string, unknown>();
  private readonly callbacks = new Map<string, ((...given: never[]) => void)[]>();

  constructor(state: Partial<State> = {}) {
    for (const [name, value] of Object.entries(state)) this.traits.set(`wire_${name}`, value);
  }

  get(trait: string): unknown {
    return this.traits.get(trait);
  }

  send(content: object, _callbacks?: unknown, buffers: (ArrayBuffer | ArrayBufferView)[] = []): void {
    this.sent.push(JSON.parse(JSON.stringify(content)));
    this.buffers.push(buffers.map((buffer) => (ArrayBuffer.isView(buffer) ? (buffer.buffer as ArrayBuffer) : buffer)));
  }

  /** The messages of one kind. */
  told(kind: string): Arrived[] {
    return this.sent.filter((message) => message.kind === kind);
  }

  /** The newest message of one kind. */
  newest(kind: string): Arrived {
    const message = this.told(kind).at(-1);
    if (message === undefined) throw new Error(`The page has sent no ${kind}.`);
    return message;
  }

  /** Set the state as the least helpful host does: name by name, each with its event at once; what follows is done when this resolves. */
  async receive(state: Partial<State>): Promise<void> {
    for (const [name, value] of Object.entries(state)) {
      this.traits.set(`wire_${name}`, value);
      this.fire(`change:wire_${name}`, this, value);
    }
    await settled();
  }

  /** Send a custom message as Python does. */
  tell(content: object, buffers: DataView[] = []): void {
    this.fire("msg:custom", content, buffers);
  }

  /** Answer a message; what awaits the answer goes on once the promises have been kept. */
  async answer({ client, n, kind, part }: Arrived, fields: Partial<Answer> = {}): Promise<void> {
    this.tell({ ...(part === undefined ? {} : { part }), answer: { client, n, kind, late: false, error: "", ...fields } });
    await settled();
  }

  /** Accept a draft, as Python does: the state first, then the answer. */
  async accept(draft: Arrived): Promise<void> {
    await this.receive({ structure: draft["structure"], edit: editOf(draft) } as unknown as Partial<State>);
    await this.answer(draft, { edit: editOf(draft), notice: "" });
  }

  on(event: string, callback: (...given: never[]) => void): void {
    this.callbacks.set(event, [...(this.callbacks.get(event) ?? []), callback]);
  }

  off(event: string, callback: (...given: never[]) => void): void {
    this.callbacks.set(event, (this.callbacks.get(event) ?? []).filter((other) => other !== callback));
  }

  get listeners(): number {
    return [...this.callbacks.values()].reduce((total, each) => total + each.length, 0);
  }

  private fire(event: string, ...given: unknown[]): void {
    for (const callback of this.callbacks.get(event) ?? []) (callback as (...all: unknown[]) => void)(...given);
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** The edit that a draft is. */
export const editOf = ({ client, n }: Arrived): string => `${client}:${n}`;

/** The state of an editor that shows a square. */
export const drawn = (state: Partial<EditorState> = {}): EditorState => ({
  structure: square(), edit: "", notice: "", numbers: {}, modes_locked: false, read_only: false, refusals: {}, label: "", problem: {},
  presets: [{ name: "cp", label: "CP", short: "CP", description: "A sum of outer products." }],
  ...state,
});

/** Four cores on a square, bonded to a ring of ranks 2, 3, 4, 5. */
export function square(): StructureRecord {
  return {
    version: 1,
    modes: [4, 5, 6, 7],
    cores: [
      { legs: [0], name: "A", position: [0, 0] },
      { legs: [1], name: "B", position: [120, 0] },
      { legs: [2], name: "C", position: [120, 120] },
      { legs: [3], name: "D", position: [0, 120] },
    ],
    bonds: [
      { cores: [0, 1], rank: 2 },
      { cores: [1, 2], rank: 3 },
      { cores: [2, 3], rank: 4 },
      { cores: [0, 3], rank: 5 },
    ],
  };
}
