/** Selections in a diagram as plain values: cores by name, bonds by id, legs by mode. */

import type { Draft } from "./structure.js";

export interface Selection {
  readonly cores: readonly string[];
  readonly bonds: readonly string[];
  readonly legs: readonly number[];
}

/** One thing in the diagram. */
export type Item =
  | { readonly kind: "core"; readonly id: string }
  | { readonly kind: "bond"; readonly id: string }
  | { readonly kind: "leg"; readonly id: number };

export const NOTHING: Selection = { cores: [], bonds: [], legs: [] };

export const selecting = (part: Partial<Selection>): Selection => ({ ...NOTHING, ...part });

export const count = (selection: Selection): number =>
  selection.cores.length + selection.bonds.length + selection.legs.length;

export function only(item: Item): Selection {
  if (item.kind === "core") return selecting({ cores: [item.id] });
  if (item.kind === "bond") return selecting({ bonds: [item.id] });
  return selecting({ legs: [item.id] });
}

export function includes(selection: Selection, item: Item): boolean {
  if (item.kind === "core") return selection.cores.includes(item.id);
  if (item.kind === "bond") return selection.bonds.includes(item.id);
  return selection.legs.includes(item.id);
}

const unite = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];

export const union = (a: Selection, b: Selection): Selection => ({
  cores: unite(a.cores, b.cores),
  bonds: unite(a.bonds, b.bonds),
  legs: unite(a.legs, b.legs),
});

export function toggle(selection: Selection, item: Item): Selection {
  if (!includes(selection, item)) return union(selection, only(item));
  return {
    cores: selection.cores.filter((id) => item.kind !== "core" || id !== item.id),
    bonds: selection.bonds.filter((id) => item.kind !== "bond" || id !== item.id),
    legs: selection.legs.filter((id) => item.kind !== "leg" || id !== item.id),
  };
}

/** The part of a selection that the draft still contains. */
export function within(selection: Selection, draft: Draft): Selection {
  const names = new Set(draft.cores.map((core) => core.name));
  const ids = new Set(draft.bonds.map((bond) => bond.id));
  const carried = new Set(draft.cores.flatMap((core) => core.legs));
  return {
    cores: selection.cores.filter((name) => names.has(name)),
    bonds: selection.bonds.filter((id) => ids.has(id)),
    legs: selection.legs.filter((mode) => carried.has(mode)),
  };
}

export const everything = (draft: Draft): Selection => ({
  cores: draft.cores.map((core) => core.name),
  bonds: draft.bonds.map((bond) => bond.id),
  legs: draft.cores.flatMap((core) => core.legs),
});
