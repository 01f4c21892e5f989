/** Walks through a drawing by keys: the part that lies next in a direction, and the parts in order. Pure. */

import type { Item } from "../structure/selection.js";
import { distance, type Point } from "../ui/plane.js";
import type { Scene } from "./scene.js";

/** Cosine of the widest angle between an arrow key and the way to a neighbour. */
const WIDEST = 0.2;
/** What a way to the side counts, so that left and up name one end of a bond, right and down the other. */
const ASIDE = 1e-3;

/** A part of a drawing, and where it is. */
interface Spot extends Point {
  readonly item: Item;
}

/** Return what lies from a core towards (dx, dy), a bond or leg at it; from a bond one of its cores; from a leg its core. */
export function neighbour(scene: Scene, item: Item, dx: number, dy: number): Item | null {
  const { from, spots } = around(scene, item);
  if (from === null) return null;
  const score = ({ x, y }: Spot): number => {
    const way = { x: x - from.x, y: y - from.y };
    return (way.x * dx + way.y * dy + ASIDE * (way.x * dy + way.y * dx)) / Math.max(1e-9, distance(from, { x, y }));
  };
  const least = item.kind === "core" ? WIDEST : -Infinity;
  const best = spots.reduce<Spot | null>((chosen, spot) => (score(spot) > (chosen === null ? least : score(chosen)) ? spot : chosen), null);
  return best?.item ?? null;
}

function around({ cores, bonds, legs }: Scene, item: Item): { from: Point | null; spots: Spot[] } {
  const coreSpots = (names: readonly string[]): Spot[] =>
    cores.filter(({ name }) => names.includes(name)).map(({ name, x, y }) => ({ item: { kind: "core", id: name }, x, y }));
  if (item.kind === "leg") {
    const leg = legs.find(({ mode }) => mode === item.id);
    return { from: leg?.end ?? null, spots: coreSpots(leg === undefined ? [] : [leg.core]) };
  }
  if (item.kind === "bond") {
    const bond = bonds.find(({ id }) => id === item.id);
    return { from: bond?.dot ?? bond?.label ?? null, spots: coreSpots(bond?.cores ?? []) };
  }
  const bondSpots = bonds.filter((bond) => bond.cores.includes(item.id)).map(({ id, dot, label }): Spot => ({ item: { kind: "bond", id }, ...(dot ?? label) }));
  const legSpots = legs.filter((leg) => leg.core === item.id).map(({ mode, end }): Spot => ({ item: { kind: "leg", id: mode }, ...end }));
  return { from: cores.find(({ name }) => name === item.id) ?? null, spots: [...bondSpots, ...legSpots] };
}

/** All parts in order: cores, then bonds, then legs. */
export const inTurn = ({ cores, bonds, legs }: Scene): Item[] => [
  ...cores.map(({ name }): Item => ({ kind: "core", id: name })),
  ...bonds.map(({ id }): Item => ({ kind: "bond", id })),
  ...legs.map(({ mode }): Item => ({ kind: "leg", id: mode })),
];
