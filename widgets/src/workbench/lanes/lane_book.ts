/** The evaluations that the page knows of every lane; missing ones are asked for. */

import type { Lane, PointsMessage } from "../../wire/workbench_state.js";
import { BestSoFar } from "./best_so_far.js";
import { LanePoints, unpack } from "./lane_points.js";

/** Milliseconds without new evaluations after which missing ones are asked for. */
const QUIET_MS = 700;
/** Milliseconds between two requests for the same lane. */
const AGAIN_MS = 2500;

export interface LaneData {
  readonly points: LanePoints;
  readonly best: BestSoFar;
}

interface Known extends LaneData {
  heard: number;
  asked: number;
}

export class LaneBook {
  private readonly known = new Map<number, Known>();

  constructor(
    private readonly askFor: (lane: number, from: number) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  of(lane: number): LaneData {
    return this.entry(lane);
  }

  private entry(lane: number): Known {
    const old = this.known.get(lane);
    if (old) return old;
    const fresh: Known = { points: new LanePoints(), best: new BestSoFar(), heard: -Infinity, asked: -Infinity };
    this.known.set(lane, fresh);
    return fresh;
  }

  /** Take a piece of a lane's evaluations; where earlier ones are missing, ask for everything from the gap on. */
  receive(message: PointsMessage): void {
    const piece = unpack(message.data, message.count);
    if (piece === null) return;
    const entry = this.entry(message.lane);
    if (entry.points.generation !== message.generation) {
      if (message.generation < entry.points.generation) return;
      entry.points.reset(message.generation);
    }
    if (entry.points.take(message.from, piece)) entry.heard = this.now();
    else this.ask(message.lane, entry);
  }

  /** Forget lanes that are gone, and ask for evaluations that have not arrived for a while. */
  follow(lanes: readonly Lane[]): void {
    const ids = new Set(lanes.map(({ id }) => id));
    for (const id of [...this.known.keys()]) if (!ids.has(id)) this.known.delete(id);
    for (const lane of lanes) {
      const entry = this.entry(lane.id);
      if (entry.points.generation >= 0 && lane.generation > entry.points.generation) entry.points.reset(lane.generation);
      if (lane.total > entry.points.count && this.now() - entry.heard > QUIET_MS) this.ask(lane.id, entry);
    }
  }

  private ask(lane: number, entry: Known): void {
    if (this.now() - entry.asked < AGAIN_MS) return;
    entry.asked = this.now();
    this.askFor(lane, entry.points.count + 1);
  }
}
