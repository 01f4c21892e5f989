/** Copy and paste of cores and the bonds among them; all editors of a page share one clipboard. */

import type { Edit } from "./edits.js";
import { selecting, type Selection } from "./selection.js";
import { type Draft, type DraftCore, freeName, withIds } from "./structure.js";

/** Cores and the bonds wholly among them; `sizes` are those of a core's legs. */
export interface Clip {
  readonly tnlab: "clip";
  readonly cores: readonly { name: string; sizes: readonly number[]; x: number; y: number }[];
  readonly bonds: readonly { cores: readonly string[]; rank: number }[];
}

/** Diagram units that a pasted core is moved away from its origin. */
const OFFSET = 40;

// Every widget of a page loads its own copy of this module, so the shared clip is a property of the page.
const SHARED = Symbol.for("tnlab.clipboard");
const page = globalThis as { [SHARED]?: Clip };

export const sharedClip = (): Clip | null => page[SHARED] ?? null;

export function shareClip(clip: Clip): void {
  page[SHARED] = clip;
}

/** Return the selection as a clip, or null where no core is selected. */
export function copy(draft: Draft, selection: Selection): Clip | null {
  const cores = draft.cores.filter((core) => selection.cores.includes(core.name));
  if (cores.length === 0) return null;
  return {
    tnlab: "clip",
    cores: cores.map((core) => ({
      name: core.name,
      sizes: core.legs.map((leg) => draft.modes[leg] ?? 1),
      x: core.x,
      y: core.y,
    })),
    bonds: draft.bonds
      .filter((bond) => bond.cores.every((name) => selection.cores.includes(name)))
      .map(({ cores: names, rank }) => ({ cores: names, rank })),
  };
}

/** Paste a clip beside its origin: its legs become new modes where modes are free, and are left out where they are locked. */
export function paste(draft: Draft, clip: Clip, locked: boolean): Edit {
  const taken = new Set(draft.cores.map((core) => core.name));
  const renamed = new Map<string, string>();
  const modes = [...draft.modes];
  const shift = freeShift(draft, clip);
  const fresh: DraftCore[] = clip.cores.map((core) => {
    const name = freeName(taken);
    taken.add(name);
    renamed.set(core.name, name);
    const legs = locked ? [] : core.sizes.map((size) => modes.push(size) - 1);
    return { name, legs, x: core.x + shift, y: core.y + shift, pinned: false };
  });
  const bonds = clip.bonds.map((bond) => ({ id: "", rank: bond.rank, cores: bond.cores.map((name) => renamed.get(name) ?? name) }));
  const next = withIds({ modes, cores: [...draft.cores, ...fresh], bonds: [...draft.bonds, ...bonds] });
  const names = fresh.map((core) => core.name);
  const cut = locked && clip.cores.some((core) => core.sizes.length > 0);
  const notice = cut ? "Pasted without legs: the modes are those of the tensor." : "";
  return { draft: next, select: selecting({ cores: names }), say: `Pasted ${names.join(", ")}. ${notice}`.trim(), notice };
}

function freeShift(draft: Draft, clip: Clip): number {
  let shift = 0;
  const covered = (): boolean =>
    clip.cores.some((a) => draft.cores.some((b) => Math.hypot(a.x + shift - b.x, a.y + shift - b.y) < OFFSET / 2));
  while (covered() && shift < 50 * OFFSET) shift += OFFSET;
  return shift;
}

/** Read a clip from the text of the system's clipboard; null where it is something else. */
export function parseClip(text: string): Clip | null {
  try {
    const value = JSON.parse(text) as Partial<Clip> | null;
    return value?.tnlab === "clip" && isClip(value as Clip) ? (value as Clip) : null;
  } catch {
    return null;
  }
}

function isClip(clip: Clip): boolean {
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 1;
  const names = new Set(clip.cores.map((core) => core.name));
  return (
    names.size === clip.cores.length &&
    clip.cores.every((core) => Number.isFinite(core.x + core.y) && core.sizes.every(whole)) &&
    clip.bonds.every((bond) => whole(bond.rank) && bond.cores.length > 1 && bond.cores.every((name) => names.has(name)))
  );
}
