/** The lines, ticks and titles of a chart's axes, updated in place. */

import { setAttributes, setText, svg } from "../ui/dom.js";
import { keyed } from "../ui/keyed.js";
import type { Frame } from "./plot_window.js";

/** A tick or a title: a line, "" for none, and a text; places in pixels. */
export interface AxisMark {
  readonly key: string;
  readonly line: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
}

/** A value written on an axis, and its pixels along it. */
export interface Tick {
  readonly value: number;
  readonly at: number;
  readonly text: string;
}

/** Pixels that lines of ticks stick out of the frame. */
const OUT = 4;
/** Half the width of a digit in pixels: a number at the right edge is moved in by as much as it is long. */
const HALF_DIGIT = 4;

/** The ticks below and beside a frame in a chart of this width; `crossing` ones across it lead through it, as those up do. */
export function tickMarks({ left, top, right, bottom }: Frame, width: number, ticks: { across: readonly Tick[]; up: readonly Tick[]; crossing: boolean }): AxisMark[] {
  const [high, start] = ticks.crossing ? [top, left - OUT] : [bottom, left];
  const across = ticks.across.map(({ value, at, text }): AxisMark =>
    ({ key: `x${value}`, line: `M${at} ${high}V${bottom + OUT}`, x: Math.min(at, width - HALF_DIGIT * text.length), y: bottom + 16, text, anchor: "middle" }));
  const up = ticks.up.map(({ value, at, text }): AxisMark =>
    ({ key: `y${value}`, line: `M${start} ${at}H${right}`, x: left - 6, y: at + 4, text, anchor: "end" }));
  return [...across, ...up];
}

export function drawAxes(group: SVGElement, marks: readonly AxisMark[]): void {
  const make = (): SVGGElement => svg("g", {}, svg("path"), svg("text"));
  const update = (element: SVGGElement, mark: AxisMark): void => {
    const [line, label] = element.children as unknown as [Element, Element];
    setAttributes(line, { d: mark.line });
    setAttributes(label, { x: mark.x, y: mark.y, "text-anchor": mark.anchor });
    setText(label, mark.text);
  };
  keyed(group, marks, { key: (mark) => mark.key, make, update });
}
