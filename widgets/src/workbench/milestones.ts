/** Sentences for a screen reader while a search runs: a new best, a proof, a change of state. Pure. */

import { formatCount, formatShort } from "../ui/format.js";
import type { Lane, ParameterBound, Run } from "../wire/workbench_state.js";
import { laneName } from "./lanes/lane_looks.js";
import { commonGap, leading } from "./lanes/standings.js";

/** Milliseconds between two spoken bests: a sentence takes about as long. */
const QUIET_AFTER_BEST_MS = 4000;

export class Milestones {
  private best = Infinity;
  private proved = false;
  private state = "";
  private spoken = -Infinity;
  private lanes = "";

  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Return the sentence about the changes since the last call, or "". */
  next(lanes: readonly Lane[], bound: ParameterBound | null, run: Run | null): string {
    const ids = lanes.map(({ id, generation }) => `${id}.${generation}`).join();
    if (ids !== this.lanes) Object.assign(this, { lanes: ids, best: Infinity, proved: false });
    const words = [this.newBest(lanes), this.proof(lanes, bound), this.newState(run)].filter((sentence) => sentence !== "");
    return words.join(" ");
  }

  private newBest(lanes: readonly Lane[]): string {
    const lane = leading(lanes);
    const best = lane?.incumbent;
    if (!lane || !best?.reached || best.parameters >= this.best || this.now() - this.spoken < QUIET_AFTER_BEST_MS) return "";
    [this.best, this.spoken] = [best.parameters, this.now()];
    return `New best: ${formatCount(best.parameters)} parameters at an error of ${formatShort(best.relative_error)}, by ${laneName(lane, lanes)}.`;
  }

  private proof(lanes: readonly Lane[], bound: ParameterBound | null): string {
    const gap = commonGap(lanes, bound);
    const proved = gap !== null && gap <= 0;
    const fresh = proved && !this.proved;
    this.proved = proved;
    return fresh ? `Proved for ${bound?.kind ?? ""}: none with fewer parameters reaches the target.` : "";
  }

  private newState(run: Run | null): string {
    const state = run?.state ?? "";
    const fresh = this.state !== "" && state !== this.state;
    this.state = state;
    return fresh ? (run?.status ?? "") : "";
  }
}
