/** Lists of elements that follow a list of items in place: an element lives as long as its item. */

import { focused } from "./dom.js";

export interface Join<T, E extends Element> {
  /** The name that an item keeps. */
  readonly key: (item: T) => string;
  readonly make: (item: T) => E;
  readonly update: (element: E, item: T) => void;
  /** Let the elements follow the order of the items; the one with the focus stays, the others move around it. */
  readonly ordered?: boolean;
}

/**
 * Keep one child for every item, and update each in place. A new child goes to the place of its item; unless `ordered`,
 * one that is there already is never moved, for that would take its focus or end its drag.
 */
export function keyed<T, E extends Element>(parent: Element, items: readonly T[], { key, make, update, ordered = false }: Join<T, E>): void {
  const known = new Map([...parent.children].map((child) => [child.getAttribute("data-key") ?? "", child as E]));
  const wanted = new Set(items.map(key));
  for (const [name, element] of known) if (!wanted.has(name)) element.remove();
  const elements = items.map((item, place) => {
    const name = key(item);
    let element = known.get(name);
    if (element === undefined) {
      element = make(item);
      element.setAttribute("data-key", name);
      parent.insertBefore(element, parent.children[place] ?? null);
    }
    update(element, item);
    return element;
  });
  if (ordered && elements.some((element, place) => parent.children[place] !== element)) arrange(parent, elements);
}

function arrange(parent: Element, elements: readonly Element[]): void {
  const held = elements.findIndex((element) => element.contains(focused(parent)));
  elements.forEach((element, place) => {
    if (place < held) (elements[held] as Element).before(element);
    else if (place > held) parent.append(element);
  });
}
