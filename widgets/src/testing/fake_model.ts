/** For tests: a model without a kernel, and structures to draw. */

import type { EditorState, StructureRecord } from "../wire/editor_state.js";

/** Traits that are set, read and followed as those of a widget's model. */
export class FakeTraits<State extends object> {
  saved = 0;
  private readonly callbacks = new Map<string, Set<() => void>>();

  constructor(readonly state: State) {}

  get<K extends keyof State>(key: K): State[K] {
    return this.state[key];
  }

  set<K extends keyof State>(key: K, value: State[K]): void {
    this.state[key] = value;
    this.fire(String(key));
  }

  /** Set traits as Python does: all at once, then their events. */
  receive(traits: Partial<State>): void {
    Object.assign(this.state, traits);
    for (const key of Object.keys(traits)) this.fire(key);
  }

  save_changes(): void {
    this.saved += 1;
  }

  on(event: string, callback: () => void): void {
    this.callbacks.set(event, (this.callbacks.get(event) ?? new Set()).add(callback));
  }

  off(event: string, callback: () => void): void {
    this.callbacks.get(event)?.delete(callback);
  }

  get listeners(): number {
    return [...this.callbacks.values()].reduce((total, set) => total + set.size, 0);
  }

  private fire(key: string): void {
    for (const callback of [...(this.callbacks.get(`change:${key}`) ?? [])]) callback();
  }
}

/** An editor's model that shows a square. */
export class FakeModel extends FakeTraits<EditorState> {
  constructor(state: Partial<EditorState> = {}) {
    super({
      structure: square(),
      structure_seq: 0,
      proposal: {},
      verdict: {},
      numbers: {},
      modes_locked: false,
      read_only: false,
      presets: [{ name: "cp", label: "CP", short: "CP", description: "A sum of outer products." }],
      refusals: {},
      request: {},
      reply: {},
      label: "",
      ...state,
    });
  }
}

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
