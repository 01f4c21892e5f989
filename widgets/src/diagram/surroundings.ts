/** What labels and legs keep clear of: cores, dots, bonds and labels, found by place. Pure. */

import { distance, type Point } from "../ui/plane.js";
import { Crowd } from "./crowd.js";
import * as g from "./geometry.js";
import type { Curve } from "./geometry.js";

/** Distance from which on more room around a label counts no more, in diagram units as all lengths here. */
const LABEL_ROOM = 24;
/** How much closer a label may come to a line than to another label. */
const LINE_SLACK = 8;
/** Points by which a curve is known to labels, and to legs. */
const FINE = 15;
const COARSE = 9;

/** A point that belongs to a core or a bond, by name or id. */
interface Owned extends Point {
  readonly owner: string;
}
interface Obstacle extends Owned {
  readonly slack: number;
}
/** A point of a curve, or a core (without a line). */
interface Snag extends Owned {
  readonly line: Curve | null;
}

export const ownerOf = { core: (name: string): string => `core ${name}`, bond: (id: string): string => `bond ${id}` };

/** The places along a curve that are tried for its label, the best first. */
const SPOTS = [0.5, 0.42, 0.58, 0.35, 0.65, 0.29, 0.71];

export class Surroundings {
  private readonly obstacles = new Crowd<Obstacle>();
  private readonly snags = new Crowd<Snag>();

  /** Begin empty, or with `all` of another drawing but what belongs to the `hidden` owners. */
  constructor(
    readonly lie: g.Lie,
    private readonly base: { readonly all: Surroundings; readonly hidden: ReadonlySet<string> } | null = null,
  ) {}

  /** The same without some owners, whose things are about to be added anew. */
  without(hidden: ReadonlySet<string>): Surroundings {
    return new Surroundings(this.lie, { all: this, hidden });
  }

  addCore(name: string, { x, y }: Point): void {
    const owner = ownerOf.core(name);
    this.obstacles.add({ owner, x, y, slack: -g.CORE_RADIUS });
    this.snags.add({ owner, x, y, line: null });
  }

  /** Add the line of a bond; the spokes of a hyper-bond are in the way of legs only. */
  addLine(id: string, line: Curve, spoke: boolean): void {
    const owner = ownerOf.bond(id);
    if (!spoke) for (const { x, y } of g.samples(line, FINE)) this.obstacles.add({ owner, x, y, slack: LINE_SLACK });
    for (const { x, y } of g.samples(line, COARSE)) this.snags.add({ owner, x, y, line });
  }

  addDot(id: string, { x, y }: Point): void {
    this.obstacles.add({ owner: ownerOf.bond(id), x, y, slack: -g.CORE_RADIUS });
  }

  /** Choose the place of a bond's label: near the middle, clear of cores, other labels and other bonds; and take it. */
  placeLabel(id: string, line: Curve): Point {
    const owner = ownerOf.bond(id);
    let best = g.along(line, SPOTS[0] as number);
    let most = this.roomAt(best, owner);
    for (const t of SPOTS.slice(1)) {
      if (most >= LABEL_ROOM - 2) break; // no other spot can have enough more
      const spot = g.along(line, t);
      const room = this.roomAt(spot, owner);
      if (room > most + 2) [best, most] = [spot, room];
    }
    this.addLabel(id, best);
    return best;
  }

  addLabel(id: string, { x, y }: Point): void {
    this.obstacles.add({ owner: ownerOf.bond(id), x, y, slack: 0 });
  }

  private roomAt(spot: Point, owner: string): number {
    let room = LABEL_ROOM;
    this.eachObstacle(spot, (other) => {
      if (other.owner !== owner) room = Math.min(room, distance(spot, other) + other.slack);
    });
    return room;
  }

  private eachObstacle(spot: Point, see: (other: Obstacle) => void): void {
    this.obstacles.around(spot, LABEL_ROOM + g.CORE_RADIUS, see);
    this.base?.all.eachObstacle(spot, (other) => this.base?.hidden.has(other.owner) || see(other));
  }

  /** Other cores, and points of bonds of others, in the way of a core's legs. */
  snagsOf(name: string, core: Point): Point[] {
    const [owner, found] = [ownerOf.core(name), [] as Point[]];
    this.eachSnag(core, (other) => {
      const own = other.line === null ? other.owner === owner : endsAt(other.line, core);
      if (!own) found.push(other);
    });
    return found;
  }

  private eachSnag(spot: Point, see: (other: Snag) => void): void {
    this.snags.around(spot, g.LEG_REACH, see);
    this.base?.all.eachSnag(spot, (other) => this.base?.hidden.has(other.owner) || see(other));
  }
}

/** Whether a curve ends at a core. */
export const endsAt = (line: Curve, core: Point): boolean => distance(line.from, core) < 1 || distance(line.to, core) < 1;
