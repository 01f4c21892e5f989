/** The lines, ticks and titles of a chart's axes, updated in place. */

import { setAttributes, setText, svg } from "../ui/dom.js";
import { keyed } from "../ui/keyed.js";

/** A tick or a title: a line, "" for none, and a text; places in pixels. */
export interface AxisMark {
  readonly key: string;
  readonly line: string;
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
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
