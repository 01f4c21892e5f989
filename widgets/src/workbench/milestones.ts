/** What is worth saying aloud: a new best, a proof, an end; never every number. Pure. */

import { formatCount, formatShort } from "../ui/format.js";
import { leading } from "./panels/incumbent_panel.js";
import { type Bound, type Lane, laneName, type Run } from "../wire/workbench_state.js";

/** How much could be left to gain at most: best parameters over the proved bound, minus 1. */
export function commonGap(lanes: readonly Lane[], bound: Bound | null): number | null {
  const best = leading(lanes)?.incumbent;
  return best?.reached && bound !== null && bound.parameters > 0 ? best.parameters / bound.parameters - 1 : null;
}

const PAUSE_MS = 4000;

export class Milestones {
  private best = Infinity;
  private proved = false;
  private state = "";
  private spoken = -Infinity;
  private lanes = "";

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Return what to say of what has changed, or "". */
  next(lanes: readonly Lane[], bound: Bound | null, run: Run | null): string {
    const ids = lanes.map(({ id, generation }) => `${id}.${generation}`).join();
    if (ids !== this.lanes) Object.assign(this, { lanes: ids, best: Infinity, proved: false });
    const words = [this.newBest(lanes), this.proof(lanes, bound), this.newState(run)].filter((sentence) => sentence !== "");
    return words.join(" ");
  }

  private newBest(lanes: readonly Lane[]): string {
    const lane = leading(lanes);
    const best = lane?.incumbent;
    if (!lane || !best?.reached || best.parameters >= this.best || this.now() - this.spoken < PAUSE_MS) return "";
    [this.best, this.spoken] = [best.parameters, this.now()];
    return `New best: ${formatCount(best.parameters)} parameters at an error of ${formatShort(best.relative_error)}, by ${laneName(lane, lanes)}.`;
  }

  private proof(lanes: readonly Lane[], bound: Bound | null): string {
    const gap = commonGap(lanes, bound);
    const proved = gap !== null && gap <= 0;
    const fresh = proved && !this.proved;
    this.proved = proved;
    return fresh ? "Proved: no structure with fewer parameters reaches the target." : "";
  }

  private newState(run: Run | null): string {
    const state = run?.state ?? "";
    const fresh = this.state !== "" && state !== this.state;
    this.state = state;
    return fresh ? (run?.status ?? "") : "";
  }
}
