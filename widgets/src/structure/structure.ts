/** The draft: the structure being edited, its cores known by name and its bonds by id; it may be invalid. */

import type { CoreRecord, StructureRecord } from "../wire/editor_state.js";

export interface DraftCore {
  readonly name: string;
  readonly legs: readonly number[];
  /** Diagram units, y grows downward; NaN until placed. */
  readonly x: number;
  readonly y: number;
  readonly pinned: boolean;
}

export interface DraftBond {
  /** The names of its cores, e.g. "B-C"; parallel bonds after the first end in "#2", "#3". */
  readonly id: string;
  readonly cores: readonly string[];
  readonly rank: number;
}

export interface Draft {
  readonly modes: readonly number[];
  readonly cores: readonly DraftCore[];
  readonly bonds: readonly DraftBond[];
}

export const EMPTY: Draft = { modes: [], cores: [], bonds: [] };
const MAX_NAME = 64;

/** Return the first of A, B, ..., Z, A1, ... that is not taken. */
export function freeName(taken: ReadonlySet<string>): string {
  for (let place = 0; ; place++) {
    const name = letter(place);
    if (!taken.has(name)) return name;
  }
}

function letter(place: number): string {
  const turn = Math.floor(place / 26);
  return String.fromCharCode(65 + (place % 26)) + (turn > 0 ? String(turn) : "");
}

/** Give every core its own name: its own if it has one, else the letter of its place, as Python says it. */
export function uniqueNames(cores: readonly CoreRecord[]): string[] {
  const taken = new Set<string>();
  const names = cores.map((core) => {
    const name = (core.name ?? "").slice(0, MAX_NAME);
    if (name === "" || taken.has(name)) return "";
    taken.add(name);
    return name;
  });
  return names.map((name, place) => {
    if (name !== "") return name;
    const fresh = taken.has(letter(place)) ? freeName(taken) : letter(place);
    taken.add(fresh);
    return fresh;
  });
}

export function fromRecord(record: StructureRecord): Draft {
  const names = uniqueNames(record.cores);
  const cores = record.cores.map((core, place) => ({
    name: names[place] ?? "",
    legs: [...core.legs],
    x: core.position?.[0] ?? NaN,
    y: core.position?.[1] ?? NaN,
    pinned: core.pinned ?? false,
  }));
  const bonds = record.bonds.map((bond) => ({
    id: "",
    cores: bond.cores.map((core) => names[core] ?? ""),
    rank: bond.rank,
  }));
  return withIds({ modes: [...record.modes], cores, bonds });
}

/** The structure of a draft as JSON; not to be changed, for it is made once. */
export const toRecord = oncePerDraft((draft): StructureRecord => {
  const place = new Map(draft.cores.map((core, index) => [core.name, index]));
  return {
    version: 1,
    modes: [...draft.modes],
    cores: draft.cores.map(toCoreRecord),
    bonds: draft.bonds.map((bond) => ({
      cores: bond.cores.map((name) => place.get(name) ?? -1).sort((a, b) => a - b),
      rank: bond.rank,
    })),
  };
});

function toCoreRecord(core: DraftCore): CoreRecord {
  const record: CoreRecord = { legs: [...core.legs], name: core.name };
  if (isPlaced(core)) record.position = [round(core.x), round(core.y)];
  if (core.pinned) record.pinned = true;
  return record;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export const isPlaced = (core: DraftCore): boolean => Number.isFinite(core.x) && Number.isFinite(core.y);

/** Order the cores of every bond as the draft does, and give every bond its id. */
export function withIds(draft: Draft): Draft {
  const place = new Map(draft.cores.map((core, index) => [core.name, index]));
  const seen = new Set<string>();
  const bonds = draft.bonds.map((bond) => {
    const cores = [...bond.cores].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
    const id = uniqueId(cores.join("-"), seen);
    return { id, cores, rank: bond.rank };
  });
  return { ...draft, bonds };
}

function uniqueId(base: string, seen: Set<string>): string {
  let id = base;
  for (let turn = 2; seen.has(id); turn++) id = `${base}#${turn}`;
  seen.add(id);
  return id;
}

export const bondLabel = (bond: DraftBond): string => bond.cores.join("-");

/** Let a function work once for every draft: a draft never changes. */
export function oncePerDraft<T>(work: (draft: Draft) => T): (draft: Draft) => T {
  const done = new WeakMap<Draft, { readonly result: T }>();
  return (draft) => {
    let known = done.get(draft);
    if (known === undefined) done.set(draft, (known = { result: work(draft) }));
    return known.result;
  };
}

const coresByName = oncePerDraft((draft) => new Map(draft.cores.map((core) => [core.name, core])));

const bondsById = oncePerDraft((draft) => new Map(draft.bonds.map((bond) => [bond.id, bond])));

const bondsByCore = oncePerDraft((draft) => {
  const found = new Map(draft.cores.map((core): [string, DraftBond[]] => [core.name, []]));
  for (const bond of draft.bonds) for (const name of new Set(bond.cores)) found.get(name)?.push(bond);
  return found;
});

const carriers = oncePerDraft((draft) => new Map(draft.cores.flatMap((core) => core.legs.map((leg) => [leg, core.name]))));

export const findCore = (draft: Draft, name: string): DraftCore | undefined => coresByName(draft).get(name);

export const findBond = (draft: Draft, id: string): DraftBond | undefined => bondsById(draft).get(id);

export const bondsAt = (draft: Draft, name: string): readonly DraftBond[] => bondsByCore(draft).get(name) ?? [];

/** Return the name of the core that carries a mode, or "" for an unplaced one. */
export const carrier = (draft: Draft, mode: number): string => carriers(draft).get(mode) ?? "";

export const unplacedModes = (draft: Draft): number[] =>
  draft.modes.map((_, mode) => mode).filter((mode) => carrier(draft, mode) === "");

/** Shape of a core: leg sizes, then bond ranks. */
export function coreShape(draft: Draft, core: DraftCore): number[] {
  return [
    ...core.legs.map((leg) => draft.modes[leg] ?? 1),
    ...bondsAt(draft, core.name).map((bond) => bond.rank),
  ];
}

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

export const coreParameters = (draft: Draft, core: DraftCore): number => product(coreShape(draft, core));

/** Number of entries of all cores together. */
export const parameters = oncePerDraft((draft) => draft.cores.reduce((total, core) => total + coreParameters(draft, core), 0));

/** Entries of the tensor over parameters; above 1 is smaller. */
export const compressionRatio = (draft: Draft): number => product(draft.modes) / parameters(draft);

/** The rank most like the others (their median), 2 where there is none. */
export function typicalRank(draft: Draft): number {
  const ranks = draft.bonds.map((bond) => bond.rank).sort((a, b) => a - b);
  return ranks[Math.floor((ranks.length - 1) / 2)] ?? 2;
}

/** Say why a draft is no valid structure, or ""; Python checks again, this answer is immediate. */
export const draftError = oncePerDraft((draft): string => {
  if (draft.cores.length === 0) return "A network needs at least one core. Press N to add one.";
  if (draft.modes.length === 0) return "A network needs at least one leg. Select a core and press L to add one.";
  const [mode] = unplacedModes(draft);
  if (mode !== undefined) {
    return `Mode ${mode} (size ${draft.modes[mode]}) has no core. Select a core and press L to let it carry the mode.`;
  }
  const lone = unreached(draft);
  if (lone === undefined) return "";
  return (
    `Every core must be connected, but core ${lone} has no path to core ${draft.cores[0]?.name}. ` +
    "Add a bond between them (rank 1 is enough)."
  );
});

/** Return the cores that a path of bonds joins to one, the bonds of a cut left out. */
export function reachable(draft: Draft, start: string, cut: readonly string[] = []): ReadonlySet<string> {
  const left = new Set(cut);
  const reached = new Set([start]);
  for (const name of reached) {
    for (const bond of bondsAt(draft, name)) if (!left.has(bond.id)) for (const other of bond.cores) reached.add(other);
  }
  return reached;
}

function unreached(draft: Draft): string | undefined {
  const reached = reachable(draft, draft.cores[0]?.name ?? "");
  return draft.cores.find((core) => !reached.has(core.name))?.name;
}
