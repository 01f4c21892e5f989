/**
 * The page's side of the channel to a piece in Python: numbered messages out; their answers, the state and events in.
 *
 * Every message carries the random name of its link and a number that counts up from 1, and has one answer with the
 * same two. A piece inside another one is spoken to over the same transport: its messages carry the name of the part.
 */

import { type Bytes, type Path, putBuffers } from "./bytes.js";
import { Callbacks } from "./callbacks.js";

export interface Message {
  readonly kind: string;
}

/** What Python answers to one message; the fields beside these depend on its kind. */
export interface Answer {
  client: string;
  n: number;
  kind: string;
  /** Whether a newer message was there before it, so that nothing was done. */
  late: boolean;
  /** A sentence, or "". */
  error: string;
  /** The state as a whole, in the answer to `hello`. */
  state?: Record<string, unknown>;
  [field: string]: unknown;
}

/** What Python sends: an answer, names and values of the state, or an event. */
export interface Incoming {
  part?: string;
  answer?: Answer;
  state?: Record<string, unknown>;
  event?: string;
  buffer_paths?: readonly Path[];
  [field: string]: unknown;
}

/** What carries messages between a page and Python, in order and each as a whole. */
export interface Transport {
  send(content: object, buffers: readonly ArrayBuffer[]): void;
  /** Call `hear` with every message of Python until the signal aborts. */
  listen(hear: (content: Incoming, buffers: readonly Bytes[]) => void, signal: AbortSignal): void;
}

/** What a page uses of its piece in Python; `State` names its values, `Sent` is the union of its messages. */
export interface Link<State, Sent extends Message = Message> {
  readonly client: string;
  readonly transport: Transport;
  /** The number of the newest message. */
  readonly sent: number;
  /** Whether a message has waited in vain and none has been answered since. */
  readonly silent: boolean;
  /** Resolves when the state is there. */
  readonly ready: Promise<void>;
  get<K extends keyof State & string>(name: K): State[K];
  on(names: readonly (keyof State & string)[], callback: () => void, signal: AbortSignal): void;
  /** Send a message; rejects with a sentence where Python refuses it or stays silent. */
  send<Fields extends object = object>(message: Sent, buffers?: readonly ArrayBuffer[]): Promise<Answer & Fields>;
  hear<Event extends object>(event: string, callback: (event: Event) => void, signal: AbortSignal): void;
  /** Call `callback` when the kernel has fallen silent, and when it answers again. */
  onSilence(callback: (silent: boolean) => void, signal: AbortSignal): void;
}

/** Where the values of the state are read. */
export interface States {
  get(name: string): unknown;
  on(name: string, callback: () => void, signal: AbortSignal): void;
  /** Take values over that came as a message. */
  take?(values: Record<string, unknown>): void;
}

/** The value of a state that Python has not set yet: an empty object. */
export type Unsaid = Record<string, never>;

/** Return a value of the state, or null where Python has not set it yet. */
export function said<T extends object>(value: T | Unsaid | null | undefined): T | null {
  return value && Object.keys(value).length > 0 ? (value as T) : null;
}

export const SILENT_KERNEL = "The kernel does not answer; it may be busy or gone. What is drawn stays on this page.";
export const TOO_LATE = "That came too late; nothing was changed.";

/** The error of a message that was not answered in time. */
export class KernelSilence extends Error {
  constructor() {
    super(SILENT_KERNEL);
  }
}

/** Milliseconds that a message waits for its answer. */
export const PATIENCE_MS = 5000;
/** The same for those for which Python reads or writes files. */
export const LONG_PATIENCE_MS = 30_000;
const LONG = new Set(["upload", "dataset", "save", "open", "study_open", "study_export", "study_delete", "compare", "pin_cores", "pin_picture", "side_by_side", "reach", "trim", "improve"]);
/** Messages that no person has asked for: they wait as long as a busy kernel takes. */
const UNASKED = new Set(["hello", "heartbeat", "visits", "points", "studies"]);

const patienceFor = (kind: string): number => (UNASKED.has(kind) ? Infinity : LONG.has(kind) ? LONG_PATIENCE_MS : PATIENCE_MS);

interface Waiting {
  settle(answer: Answer): void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Return a name that no other link has: ten letters and digits. */
function newClient(): string {
  return [...crypto.getRandomValues(new Uint8Array(10))].map((byte) => (byte % 36).toString(36)).join("");
}

/** A link over any transport; `part` is "" for the outermost piece. */
export class TransportLink<State, Sent extends Message> implements Link<State, Sent> {
  readonly client = newClient();
  readonly ready: Promise<void>;
  sent = 0;
  silent = false;
  private readonly states: States;
  private readonly part: string;
  /** The number of the newest heartbeat. */
  private beat = 0;
  private readonly waiting = new Map<number, Waiting>();
  private readonly events = new Callbacks<[object]>();
  private readonly silence = new Callbacks<[boolean]>();

  constructor(
    readonly transport: Transport,
    { states, part = "" }: { states: States; part?: string },
    private readonly signal: AbortSignal,
  ) {
    [this.states, this.part] = [states, part];
    transport.listen((content, buffers) => this.take(content, buffers), signal);
    signal.addEventListener("abort", () => {
      for (const { timer } of this.waiting.values()) clearTimeout(timer);
      this.waiting.clear();
    });
    this.ready = states.take === undefined ? Promise.resolve() : this.greet();
    this.ready.catch(() => {}); // an error reaches those that await `ready`; without them it is none of the page
  }

  /** Ask for the state, which `take` reads from the answer. */
  private async greet(): Promise<void> {
    await this.post({ kind: "hello" }, []);
  }

  get<K extends keyof State & string>(name: K): State[K] {
    return this.states.get(name) as State[K];
  }

  on(names: readonly (keyof State & string)[], callback: () => void, signal: AbortSignal): void {
    for (const name of names) this.states.on(name, callback, signal);
  }

  hear<Event extends object>(event: string, callback: (event: Event) => void, signal: AbortSignal): void {
    this.events.add(event, callback as (event: object) => void, signal);
  }

  onSilence(callback: (silent: boolean) => void, signal: AbortSignal): void {
    this.silence.add("", callback, signal);
  }

  send<Fields extends object = object>(message: Sent, buffers: readonly ArrayBuffer[] = []): Promise<Answer & Fields> {
    return this.post(message, buffers);
  }

  private post<Fields extends object>(message: Message, buffers: readonly ArrayBuffer[]): Promise<Answer & Fields> {
    if (this.signal.aborted) return new Promise(() => {});
    const n = (this.sent += 1);
    if (message.kind === "heartbeat") {
      this.forget(this.beat); // the newest one tells enough
      this.beat = n;
    }
    const within = this.part === "" ? {} : { part: this.part };
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.forget(n);
        reject(new KernelSilence());
        this.setSilent(true);
      };
      const settle = (answer: Answer): void => {
        const wrong = answer.error || (answer.late ? TOO_LATE : "");
        if (wrong) reject(new Error(wrong));
        else resolve(answer as Answer & Fields);
      };
      const patience = patienceFor(message.kind);
      this.waiting.set(n, { settle, timer: patience === Infinity ? undefined : setTimeout(giveUp, patience) });
      try {
        this.transport.send({ ...message, ...within, client: this.client, n }, buffers);
      } catch {
        giveUp(); // the connection is gone
      }
    });
  }

  private take(content: Incoming, buffers: readonly Bytes[]): void {
    if (this.signal.aborted || typeof content !== "object" || content === null) return;
    if (content.answer !== undefined) this.setSilent(false); // another link's answer shows as well that Python is there
    if ((content.part ?? "") !== this.part) return;
    putBuffers(content, content.buffer_paths ?? [], buffers);
    if (content.answer?.client === this.client) this.settle(content.answer);
    if (content.state !== undefined) this.states.take?.(content.state);
    if (content.event !== undefined) this.events.tell(content.event, content);
  }

  private settle(answer: Answer): void {
    const waiting = this.waiting.get(answer.n);
    if (waiting === undefined) return;
    this.forget(answer.n);
    if (answer.state !== undefined) this.states.take?.(answer.state); // at once, before what follows the answer
    waiting.settle(answer);
  }

  private forget(n: number): void {
    clearTimeout(this.waiting.get(n)?.timer);
    this.waiting.delete(n);
  }

  private setSilent(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    this.silence.tell("", silent);
  }
}

/** The state of a piece that no traits carry: told by messages, at first in the answer to `hello`. */
class ToldStates implements States {
  private readonly values: Record<string, unknown> = {};
  private readonly changes = new Callbacks();

  get(name: string): unknown {
    return this.values[name];
  }

  on(name: string, callback: () => void, signal: AbortSignal): void {
    this.changes.add(name, callback, signal);
  }

  take(values: Record<string, unknown>): void {
    Object.assign(this.values, values);
    for (const name of Object.keys(values)) this.changes.tell(name);
  }
}

/** Return a link to a piece whose state comes as messages: of a page of one's own, or one inside another. */
export const openLink = <State, Sent extends Message>(transport: Transport, signal: AbortSignal, name = ""): Link<State, Sent> =>
  new TransportLink(transport, { part: name, states: new ToldStates() }, signal);

/** Return a link to a piece inside the piece of another link. */
export const part = <State, Sent extends Message>(outer: Pick<Link<unknown>, "transport">, name: string, signal: AbortSignal): Link<State, Sent> =>
  openLink(outer.transport, signal, name);
