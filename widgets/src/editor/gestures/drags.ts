/** The drags: each previews its edit while it moves and makes it when dropped. */

import { HIT_PIXELS, RIM } from "../../diagram/geometry.js";
import { coreUnder, legUnder, type SceneCore } from "../../diagram/scene.js";
import { type Selection, union } from "../../structure/selection.js";
import { findCore, unplacedModes } from "../../structure/structure.js";
import { type Box, distance, inside, middle, type Point } from "../../ui/plane.js";
import { commitAndFocus, type Desk } from "../desk.js";
import type { Ghosts } from "./ghosts.js";
import * as edits from "../../structure/edits.js";

export interface Drag {
  move(at: Point, event: PointerEvent): void;
  drop(at: Point, event: PointerEvent): void;
}

type Start = (desk: Desk, ghosts: Ghosts, from: Point) => Drag;

/** Move cores; a lone core dropped on another bonds the two and goes back. */
export const moveCores = (name: string): Start => (desk, ghosts, from) => {
  const { store, stage } = desk;
  const chosen = store.selection.cores;
  const names = new Set(chosen.includes(name) ? chosen : [name]);
  const origin = new Map(store.committed.cores.map((core) => [core.name, core]));
  const under = (at: Point): SceneCore | undefined =>
    names.size === 1 ? coreUnder(stage.scene, at, [name], { scale: stage.scale, slack: 2 }) : undefined;
  const moved = (at: Point) =>
    edits.place(store.committed, (core) => {
      const old = names.has(core.name) ? origin.get(core.name) : undefined;
      return old && { x: old.x + at.x - from.x, y: old.y + at.y - from.y };
    });
  return {
    move(at) {
      store.preview(moved(at));
      const target = under(at);
      ghosts.target(target ? { kind: "core", id: target.name } : null);
      if (target) ghosts.band(origin.get(name) ?? from, target, "none");
      else ghosts.clear();
    },
    drop(at) {
      const target = under(at);
      store.preview(null);
      if (target) return commitAndFocus(desk, edits.addBond(store.committed, [name, target.name]));
      store.commit({ draft: moved(at), say: "" });
    },
  };
};

/** Draw a bond from a core's rim: to another core, or into the void for a new core or a leg. */
export const pullBond = (name: string): Start => (desk, ghosts) => {
  const { store, stage } = desk;
  const home = (): Point => findCore(store.committed, name) ?? { x: 0, y: 0 };
  const pullsLeg = (event: PointerEvent): boolean =>
    unplacedModes(store.committed).length > 0 || (event.shiftKey && !store.locked);
  return {
    move(at, event) {
      const target = coreUnder(stage.scene, at, [name], stage);
      ghosts.target(target ? { kind: "core", id: target.name } : null);
      ghosts.band(home(), target ?? at, target ? "none" : pullsLeg(event) ? "leg" : "core");
    },
    drop(at, event) {
      const target = coreUnder(stage.scene, at, [name], stage);
      if (target) return commitAndFocus(desk, edits.addBond(store.committed, [name, target.name]));
      if (coreUnder(stage.scene, at, [], { scale: stage.scale, slack: RIM + 8 })?.name === name) return;
      if (pullsLeg(event)) return commitAndFocus(desk, edits.pullLeg(store.committed, name, store.locked));
      commitAndFocus(desk, edits.addCore(store.committed, { ...at, bondTo: [name] }));
    },
  };
};

/** From the dot of a hyper-bond: a core joins it, or leaves it where it belongs already; the void gives a new core. */
export const pullJoin = (id: string): Start => (desk, ghosts, from) => {
  const { store, stage } = desk;
  const dot = stage.scene.bonds.find((bond) => bond.id === id)?.dot ?? from;
  return {
    move(at) {
      const target = coreUnder(stage.scene, at, [], stage);
      ghosts.target(target ? { kind: "core", id: target.name } : null);
      ghosts.band(dot, target ?? at, target ? "none" : "core");
    },
    drop(at) {
      const target = coreUnder(stage.scene, at, [], stage);
      if (target) return commitAndFocus(desk, edits.toggleJoin(store.committed, id, target.name));
      if (distance(at, dot) < Math.max(30, HIT_PIXELS / stage.scale)) return;
      const added = edits.addCore(store.committed, at);
      commitAndFocus(desk, added && edits.toggleJoin(added.draft, id, added.select?.cores[0] ?? ""));
    },
  };
};

/** Take a leg by its end: to another core, or onto the end of another leg to swap the two modes. */
export const pullLeg = (mode: number): Start => (desk, ghosts) => {
  const { store, stage } = desk;
  const leg = stage.scene.legs.find((other) => other.mode === mode);
  const onto = (at: Point) => {
    const other = legUnder(stage.scene, at, mode, stage);
    return { other, core: other ? undefined : coreUnder(stage.scene, at, leg ? [leg.core] : [], stage) };
  };
  return {
    move(at) {
      const { other, core } = onto(at);
      ghosts.target(other ? { kind: "leg", id: other.mode } : core ? { kind: "core", id: core.name } : null);
      ghosts.band(leg?.from ?? at, other?.end ?? core ?? at, "leg");
    },
    drop(at) {
      const { other, core } = onto(at);
      if (other) return commitAndFocus(desk, edits.swapModes(store.committed, mode, other.mode));
      if (core) commitAndFocus(desk, edits.moveLeg(store.committed, mode, core.name));
    },
  };
};

/** Select the items inside a box. */
export const boxSelect = (base: Selection): Start => (desk, ghosts, from) => {
  const { store, stage } = desk;
  let last = "";
  const choose = (at: Point): void => {
    const box = span(from, at);
    ghosts.select(box);
    const { cores, bonds, legs } = stage.scene;
    const held = {
      cores: cores.filter((core) => inside(box, core)).map((core) => core.name),
      bonds: bonds.filter((bond) => inside(box, bond.dot ?? bond.label)).map((bond) => bond.id),
      legs: legs.filter((leg) => inside(box, middle(leg.end, leg.label))).map((leg) => leg.mode),
    };
    const now = JSON.stringify(held);
    if (now === last) return;
    last = now;
    store.select(union(base, held));
  };
  return { move: choose, drop: choose };
};

const span = (a: Point, b: Point): Box => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

/** Move the window over the diagram. */
export const panView = (): Start => ({ stage }) => {
  let last: PointerEvent | null = null;
  return {
    move(_, event) {
      if (last !== null) stage.pan(event.clientX - last.clientX, event.clientY - last.clientY);
      last = event;
    },
    drop() {},
  };
};

export type { Start };
