/** Edits of a draft. Each returns the new draft, the selection after it, and a sentence to speak. */

import { NOTHING, selecting, type Selection } from "./selection.js";
import { bondLabel, bondsAt, type Draft, type DraftBond, type DraftCore, findBond, findCore, freeName, unplacedModes, withIds } from "./structure.js";

export interface Edit {
  readonly draft: Draft;
  /** Left out: the selection stays. */
  readonly select?: Selection;
  readonly say: string;
  /** Shown as a notice too when it tells more than the drawing does. */
  readonly notice?: string;
}

export const NEW_RANK = 2;
export const NEW_SIZE = 2;

const takenNames = (draft: Draft): Set<string> => new Set(draft.cores.map((core) => core.name));

export interface NewCore {
  x: number;
  y: number;
  bondTo?: readonly string[];
  legs?: readonly number[];
}

const has = (draft: Draft, names: readonly string[]): boolean => names.every((name) => findCore(draft, name) !== undefined);

/** Add a core, bonded to others; null where one of these is not in the draft. */
export function addCore(draft: Draft, { x, y, bondTo = [], legs = [] }: NewCore): Edit | null {
  if (!has(draft, bondTo)) return null;
  const name = freeName(takenNames(draft));
  const cores = draft.cores.map((core) => ({ ...core, legs: core.legs.filter((leg) => !legs.includes(leg)) }));
  const core: DraftCore = { name, legs: [...legs], x, y, pinned: false };
  const bonds = bondTo.map((other) => ({ id: "", cores: [other, name], rank: NEW_RANK }));
  const next = withIds({ ...draft, cores: [...cores, core], bonds: [...draft.bonds, ...bonds] });
  const bonded = bondTo.length > 0 ? `, bonded to ${bondTo.join(" and ")} with rank ${NEW_RANK}` : "";
  return { draft: next, select: selecting({ cores: [name] }), say: `Core ${name} added${bonded}.` };
}

/** Add a bond between two cores, or a hyper-bond between more; null where one of them is not in the draft. */
export function addBond(draft: Draft, names: readonly string[], rank = NEW_RANK): Edit | null {
  if (!has(draft, names)) return null;
  const next = withIds({ ...draft, bonds: [...draft.bonds, { id: "", cores: [...names], rank }] });
  const bond = next.bonds[next.bonds.length - 1] as DraftBond;
  const kind = names.length > 2 ? "Hyper-bond" : "Bond";
  return { draft: next, select: selecting({ bonds: [bond.id] }), say: `${kind} ${bondLabel(bond)} added, rank ${rank}.` };
}

/** Let a bond join one more core, or let go of one that it joins (two always stay); null where either is not in the draft. */
export function toggleJoin(draft: Draft, id: string, name: string): Edit | null {
  const place = draft.bonds.findIndex((bond) => bond.id === id);
  const bond = draft.bonds[place];
  if (bond === undefined || !has(draft, [name])) return null;
  const joins = bond.cores.includes(name);
  if (joins && bond.cores.length < 3) return null;
  const cores = joins ? bond.cores.filter((other) => other !== name) : [...bond.cores, name];
  const bonds = draft.bonds.map((other, index) => (index === place ? { ...other, cores } : other));
  const next = withIds({ ...draft, bonds });
  const after = next.bonds[place] as DraftBond;
  const say = `Core ${name} ${joins ? "left" : "joined"} bond ${bondLabel(bond)}.`;
  return { draft: next, select: selecting({ bonds: [after.id] }), say };
}

/** Give bonds a rank, or change theirs by a step; never below 1. */
export function setRanks(draft: Draft, ids: readonly string[], change: (rank: number) => number): Edit {
  const bonds = draft.bonds.map((bond) =>
    ids.includes(bond.id) ? { ...bond, rank: Math.max(1, Math.round(change(bond.rank))) } : bond,
  );
  const changed = bonds.filter((bond) => ids.includes(bond.id));
  return { draft: { ...draft, bonds }, say: changed.map((bond) => `Bond ${bondLabel(bond)}, rank ${bond.rank}.`).join(" ") };
}

/** Add a mode with a leg at a core; null where the core is not in the draft. */
export function addLeg(draft: Draft, name: string, size = NEW_SIZE): Edit | null {
  if (!has(draft, [name])) return null;
  const mode = draft.modes.length;
  const edit = carry({ ...draft, modes: [...draft.modes, size] }, name, mode);
  return { draft: edit, select: selecting({ legs: [mode] }), say: `Leg added to core ${name}: mode ${mode}, size ${size}.` };
}

/** Move the leg of a mode to a core; null where either is not in the draft. */
export function moveLeg(draft: Draft, mode: number, name: string): Edit | null {
  if (mode >= draft.modes.length || !has(draft, [name])) return null;
  return { draft: carry(draft, name, mode), select: selecting({ legs: [mode] }), say: `Mode ${mode} moved to core ${name}.` };
}

function carry(draft: Draft, name: string, mode: number): Draft {
  const cores = draft.cores.map((core) => {
    const rest = core.legs.filter((leg) => leg !== mode);
    return { ...core, legs: core.name === name ? [...rest, mode] : rest };
  });
  return { ...draft, cores };
}

/** Swap the places of two modes; null where one is not in the draft. */
export function swapModes(draft: Draft, first: number, second: number): Edit | null {
  if (Math.max(first, second) >= draft.modes.length) return null;
  const swap = (leg: number): number => (leg === first ? second : leg === second ? first : leg);
  const cores = draft.cores.map((core) => ({ ...core, legs: core.legs.map(swap) }));
  return { draft: { ...draft, cores }, say: `Modes ${first} and ${second} swapped.` };
}

export function setSizes(draft: Draft, modes: readonly number[], change: (size: number) => number): Edit {
  const sizes = draft.modes.map((size, mode) => (modes.includes(mode) ? Math.max(1, Math.round(change(size))) : size));
  return { draft: { ...draft, modes: sizes }, say: modes.map((mode) => `Mode ${mode}, size ${sizes[mode]}.`).join(" ") };
}

/** Cut legs: locked modes stay, without a core; free ones are removed, and later modes move down. */
function cutLegs(draft: Draft, modes: readonly number[], locked: boolean): Draft {
  const cores = draft.cores.map((core) => ({ ...core, legs: core.legs.filter((leg) => !modes.includes(leg)) }));
  return locked ? { ...draft, cores } : dropModes({ ...draft, cores }, modes);
}

function dropModes(draft: Draft, gone: readonly number[]): Draft {
  const kept = draft.modes.map((_, mode) => mode).filter((mode) => !gone.includes(mode));
  const place = new Map(kept.map((mode, index) => [mode, index]));
  const cores = draft.cores.map((core) => ({ ...core, legs: core.legs.map((leg) => place.get(leg) ?? leg) }));
  return { ...draft, modes: kept.map((mode) => draft.modes[mode] ?? 1), cores };
}

function removeCore(draft: Draft, name: string): Draft {
  const bonds = draft.bonds
    .map((bond) => ({ ...bond, cores: bond.cores.filter((other) => other !== name) }))
    .filter((bond) => bond.cores.length > 1);
  return { ...draft, cores: draft.cores.filter((core) => core.name !== name), bonds };
}

/** Return a neighbour that stays, the one with the widest bond, or "". */
function heirOf(draft: Draft, name: string, leaving: readonly string[]): string {
  const bonds = [...bondsAt(draft, name)].sort((a, b) => b.rank - a.rank);
  return bonds.flatMap((bond) => bond.cores).find((other) => other !== name && !leaving.includes(other)) ?? "";
}

/** Remove the selection. Where modes are locked, the legs of a removed core go to a bonded neighbour. */
export function remove(draft: Draft, selection: Selection, locked: boolean): Edit {
  const said: string[] = [];
  const notices: string[] = [];
  let next = cutLegs(draft, locked ? selection.legs : [], true);
  const lost = locked ? [] : [...selection.legs];
  for (const name of selection.cores) {
    const legs = findCore(next, name)?.legs ?? [];
    const heir = locked ? heirOf(next, name, selection.cores) : "";
    if (!locked) lost.push(...legs);
    for (const mode of heir === "" ? [] : legs) next = carry(next, heir, mode);
    if (legs.length > 0 && heir !== "") notices.push(`Core ${heir} now carries mode ${legs.join(", ")} of core ${name}.`);
    next = removeCore(next, name);
    said.push(`core ${name}`);
  }
  for (const id of selection.bonds) said.push(`bond ${id}`);
  for (const mode of selection.legs) said.push(`the leg of mode ${mode}`);
  next = { ...next, bonds: next.bonds.filter((bond) => !selection.bonds.includes(bond.id)) };
  if (!locked) next = cutLegs(next, lost, false);
  const notice = notices.join(" ");
  return { draft: withIds(next), select: NOTHING, say: `Removed ${said.join(", ")}. ${notice}`.trim(), notice };
}

/** Contract the cores of a bond into one that takes over their legs and other bonds. */
export function collapse(draft: Draft, id: string): Edit | null {
  const merged = findBond(draft, id)?.cores ?? [];
  const [first] = merged;
  if (first === undefined) return null;
  const legs = merged.flatMap((name) => findCore(draft, name)?.legs ?? []);
  const cores = draft.cores
    .filter((core) => core.name === first || !merged.includes(core.name))
    .map((core) => (core.name === first ? { ...core, legs } : core));
  const bonds = draft.bonds
    .map((bond) => ({ ...bond, cores: [...new Set(bond.cores.map((name) => (merged.includes(name) ? first : name)))] }))
    .filter((bond) => bond.cores.length > 1);
  const say = `Cores ${merged.join(" and ")} contracted into ${first}.`;
  return { draft: withIds({ ...draft, cores, bonds }), select: selecting({ cores: [first] }), say };
}

/** Move cores to the places that `position` returns; a core without one stays, as the same object. */
export function place(draft: Draft, position: (core: DraftCore) => { x: number; y: number } | undefined): Draft {
  const cores = draft.cores.map((core) => {
    const at = position(core);
    return at === undefined ? core : { ...core, ...at };
  });
  return { ...draft, cores };
}

/** Hold cores in place, or release them where all are held. */
export function toggleHeld(draft: Draft, names: readonly string[]): Edit {
  const chosen = draft.cores.filter((core) => names.includes(core.name));
  const pinned = !chosen.every((core) => core.pinned);
  const cores = draft.cores.map((core) => (names.includes(core.name) ? { ...core, pinned } : core));
  return { draft: { ...draft, cores }, say: `${pinned ? "Held in place" : "Released"}: ${names.join(", ")}.` };
}

/** Give a core the first mode that no core carries, or a new leg where modes are free; null where neither can be. */
export function pullLeg(draft: Draft, name: string, locked: boolean): Edit | null {
  const [mode] = unplacedModes(draft);
  if (mode !== undefined) return moveLeg(draft, mode, name);
  return locked ? null : addLeg(draft, name);
}
