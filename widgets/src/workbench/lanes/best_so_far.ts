/** Records that grow with every evaluation: a lane's best at the target and nearest to it, and the Pareto front. Pure. */

import { FITTED, type LaneOfPoints, type LanePoints, REPEATED, Unseen } from "./lane_points.js";

/** From its evaluation on, a lane's best has these parameters. */
export interface Improvement {
  readonly number: number;
  readonly seconds: number;
  readonly parameters: number;
}

/** The best of a lane that reach the target, evaluation by evaluation; looks at new points only. */
export class BestSoFar {
  steps: Improvement[] = [];
  /** The place of the evaluation with the least error; -1 before there is one. */
  nearest = -1;
  private seen = 0;
  private version = -1;
  private target = NaN;

  /** Return whether anything has changed. */
  update(points: LanePoints, target: number): boolean {
    const anew = points.version !== this.version || target !== this.target;
    if (anew) Object.assign(this, { steps: [], nearest: -1, seen: 0, version: points.version, target });
    const before = this.steps.length;
    const goal = Math.fround(target); // errors arrive in single precision
    for (let k = this.seen; k < points.count; k++) this.look(points, k, goal);
    this.seen = points.count;
    return anew || this.steps.length !== before;
  }

  private look(points: LanePoints, k: number, goal: number): void {
    const error = points.errors[k] as number;
    const parameters = points.parameters[k] as number;
    if (points.fates[k] !== FITTED && points.fates[k] !== REPEATED) return;
    if (this.nearest < 0 || error < (points.errors[this.nearest] as number)) this.nearest = k;
    const last = this.steps[this.steps.length - 1];
    if (!(error <= goal) || (last !== undefined && parameters >= last.parameters)) return;
    this.steps.push({ number: k + 1, seconds: points.seconds[k] as number, parameters });
  }
}

export interface FrontPoint {
  readonly parameters: number;
  readonly error: number;
  readonly lane: number;
  readonly number: number;
}

/** Points that no other beats in both parameters and error, by rising parameters. */
export class Front {
  points: FrontPoint[] = [];

  /** Add a point; return whether it belongs to the front now. */
  add(point: FrontPoint): boolean {
    const place = this.placeOf(point.parameters);
    const before = this.points[place - 1];
    const equal = this.points[place];
    if (before !== undefined && before.error <= point.error) return false;
    if (equal !== undefined && equal.parameters === point.parameters && equal.error <= point.error) return false;
    let end = place;
    while (end < this.points.length && (this.points[end] as FrontPoint).error >= point.error) end++;
    this.points.splice(place, end - place, point);
    return true;
  }

  /** The first place whose parameters are not fewer. */
  private placeOf(parameters: number): number {
    let [low, high] = [0, this.points.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((this.points[mid] as FrontPoint).parameters < parameters) low = mid + 1;
      else high = mid;
    }
    return low;
  }
}

/** The front of all lanes together; looks at new points only. */
export class CommonFront {
  front = new Front();
  private readonly unseen = new Unseen();

  /** Return whether the front has changed. */
  update(lanes: readonly LaneOfPoints[]): boolean {
    let changed = false;
    this.unseen.each(lanes, () => {
      this.front = new Front();
      changed = true;
    }, ({ id, points }, k) => {
      const error = points.errors[k] as number;
      if (points.fates[k] !== FITTED || !(error >= 0)) return;
      changed = this.front.add({ parameters: points.parameters[k] as number, error, lane: id, number: k + 1 }) || changed;
    });
    return changed;
  }
}
