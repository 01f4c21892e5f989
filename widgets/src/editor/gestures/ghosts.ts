/** The preview of a drag: a rubber band, a selection box, the core to come, a ring around the target. */

import { CORE_RADIUS, LATENT_RADIUS } from "../../diagram/geometry.js";
import type { Item } from "../../structure/selection.js";
import { setAttributes, svg } from "../../ui/dom.js";
import type { Box, Point } from "../../ui/plane.js";
import type { Stage } from "../stage.js";

export type Tip = "core" | "leg" | "none";

export class Ghosts {
  private readonly line = svg("path", { class: "tn-band", visibility: "hidden" });
  private readonly tip = svg("circle", { class: "tn-band", visibility: "hidden" });
  private readonly box = svg("rect", { class: "tn-box", visibility: "hidden" });
  private marked: Element | null = null;

  constructor(private readonly stage: Stage) {
    stage.layers.ghosts.append(this.line, this.tip, this.box);
  }

  band(from: Point, to: Point, tip: Tip): void {
    setAttributes(this.line, { d: `M${from.x} ${from.y}L${to.x} ${to.y}`, visibility: null });
    const r = tip === "core" ? LATENT_RADIUS : 3;
    setAttributes(this.tip, { cx: to.x, cy: to.y, r, visibility: tip === "none" ? "hidden" : null });
  }

  /** A ring around a core that would be bonded, with the line to it. */
  target(item: Item | null): void {
    const element = item && this.stage.elementOf(item);
    if (this.marked === element) return;
    this.marked?.removeAttribute("data-target");
    element?.setAttribute("data-target", "");
    this.marked = element;
  }

  select(box: Box): void {
    setAttributes(this.box, { ...box, visibility: null });
  }

  clear(): void {
    for (const ghost of [this.line, this.tip, this.box]) setAttributes(ghost, { visibility: "hidden" });
    this.target(null);
  }
}

/** Whether a press at `distance` from a core's centre takes the core itself rather than its rim. */
export const onBody = (distance: number, radius: number, scale: number): boolean =>
  distance <= Math.max(radius - (radius === CORE_RADIUS ? 3 : 2), 9 / scale);
