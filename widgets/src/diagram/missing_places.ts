/** Places for cores without a position, until Python has laid the network out. Pure. */

import { bondsAt, type Draft, type DraftCore, isPlaced } from "../structure/structure.js";
import { distance, type Point, polar } from "../ui/plane.js";
import { SPACING } from "./geometry.js";

/** Put unplaced cores on a circle, or beside their neighbours where the others have a place. */
export function placeMissing(draft: Draft): Draft {
  if (draft.cores.every(isPlaced)) return draft;
  if (!draft.cores.some(isPlaced)) return { ...draft, cores: circle(draft.cores) };
  let cores = [...draft.cores];
  for (const core of draft.cores) {
    if (isPlaced(core)) continue;
    const spot = freeSpot(cores.filter(isPlaced), near(draft, cores, core));
    cores = cores.map((other) => (other.name === core.name ? { ...other, ...spot } : other));
  }
  return { ...draft, cores };
}

export const needsLayout = (draft: Draft): boolean => draft.cores.length > 0 && !draft.cores.some(isPlaced);

function circle(cores: readonly DraftCore[]): DraftCore[] {
  if (cores.length === 1) return cores.map((core) => ({ ...core, x: 0, y: 0 }));
  const radius = Math.max(SPACING * 0.7, (SPACING * cores.length) / (2 * Math.PI));
  return cores.map((core, k) => ({
    ...core,
    ...polar({ x: 0, y: 0 }, (2 * Math.PI * k) / cores.length - Math.PI / 2 - Math.PI / cores.length, radius),
  }));
}

function near(draft: Draft, cores: readonly DraftCore[], core: DraftCore): Point {
  const names = bondsAt(draft, core.name).flatMap((bond) => bond.cores);
  const known = cores.filter(isPlaced);
  return known.find((other) => names.includes(other.name)) ?? known[known.length - 1] ?? { x: 0, y: 0 };
}

/** Return a spot about one spacing from `from` that is clear of all cores. */
export function freeSpot(cores: readonly Point[], from: Point): Point {
  for (let ring = 1; ring < 8; ring++) {
    for (let k = 0; k < 8; k++) {
      const spot = polar(from, (k * Math.PI) / 4, ring * SPACING);
      if (cores.every((core) => distance(core, spot) > SPACING * 0.6)) return spot;
    }
  }
  return { x: from.x + SPACING, y: from.y };
}
