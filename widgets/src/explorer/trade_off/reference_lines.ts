/** What other ways to keep the data reach (wavelets, JPEG, ...), as dotted lines with their names in the trade-off chart. */

import type { Frame } from "../../charts/plot_window.js";
import { setAttributes, setText, svg } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import type { Point } from "../../ui/plane.js";
import type { Reference } from "../../wire/explorer_state.js";

/** Where a chart draws numbers of parameters and errors. */
interface Places {
  frame: Frame;
  x(parameters: number): number;
  y(error: number): number;
}

/** Pixels of a letter, rather too many. */
const LETTER = 7;
/** Pixels between a line and its name. */
const GAP = 6;

/** Pixels from one line of text to the next. */
const ROW = 14;

/** The group of the lines: an inner picture of the frame, which cuts them off at its edges, and the names above it. */
export const referenceGroup = (): SVGGElement => svg("g", { class: "tnx-references" }, svg("svg", { overflow: "hidden" }), svg("g"));

/** Draw a line through the points of every reference, with its name at its end inside the frame. */
export function referenceLines(group: SVGGElement, references: readonly Reference[], { frame, x, y }: Places): void {
  const [lines, names] = group.children as unknown as [Element, Element];
  const { left, top, right, bottom } = frame;
  setAttributes(lines, { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top), viewBox: `${left} ${top} ${Math.max(1, right - left)} ${Math.max(1, bottom - top)}` });
  const drawn = references.map(({ name, points }) => {
    const all = [...points].filter(([parameters, error]) => parameters > 0 && error >= 0).sort((a, b) => a[0] - b[0]).map(([parameters, error]) => ({ x: x(parameters), y: y(error) }));
    const leaves = all.findIndex((place) => place.y >= bottom); // a chart draws at its lower edge what lies below it
    const places = leaves < 0 ? all : all.slice(0, leaves + 1);
    return { name, short: name.split(" (")[0] ?? name, places, end: places.filter((place) => holds(frame, place)).at(-1) };
  });
  const free = apart(frame);
  const key = ({ name }: { name: string }): string => name;
  keyed(lines, drawn, {
    key,
    make: ({ name }) => svg("path", { class: "tnx-reference" }, svg("title", {}, document.createTextNode(name))),
    update: (path, { places }) => setAttributes(path, { d: places.length > 1 ? `M${places.map(written).join("L")}` : places.map((place) => `M${written(place)}m-3 0h6`).join("") }),
  });
  keyed(names, drawn, {
    key,
    make: () => svg("text"),
    update: (text, { short, end }) => {
      const place = end && free(end, LETTER * short.length);
      setAttributes(text, { visibility: place ? null : "hidden", x: place?.x, y: place?.y });
      setText(text, short);
    },
  });
}

/** Return a function that places one name after the other beside its point: within the frame, and over no earlier name. */
function apart({ left, top, right }: Frame): (at: Point, wide: number) => Point {
  const taken: (Point & { wide: number })[] = [];
  return (at, wide) => {
    const place = { x: Math.max(left, Math.min(at.x, right - wide)), y: Math.max(top + 2 * GAP, at.y - GAP), wide };
    const hit = (): boolean => taken.some((other) => Math.abs(other.y - place.y) < ROW && place.x < other.x + other.wide && other.x < place.x + wide);
    while (hit() && place.y > top + ROW) place.y -= ROW / 2;
    taken.push(place);
    return place;
  };
}

const holds = ({ left, right, top, bottom }: Frame, { x, y }: Point): boolean => x >= left && x <= right && y >= top && y <= bottom;

const written = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
