/** Lists of elements that follow a list of items in place: an element lives as long as its item. */

/**
 * Keep one child for every item, made by `make` and known by `key`; update each in place. A new child goes to the place
 * of its item; one that is there already is never moved, for that would take its focus or end its drag.
 */
export function keyed<T, E extends Element>(
  parent: Element,
  items: readonly T[],
  key: (item: T) => string,
  make: (item: T) => E,
  update: (element: E, item: T) => void,
): void {
  const known = new Map([...parent.children].map((child) => [child.getAttribute("data-key") ?? "", child as E]));
  const wanted = new Set(items.map(key));
  for (const [name, element] of known) if (!wanted.has(name)) element.remove();
  items.forEach((item, place) => {
    const name = key(item);
    let element = known.get(name);
    if (element === undefined) {
      element = make(item);
      element.setAttribute("data-key", name);
      parent.insertBefore(element, parent.children[place] ?? null);
    }
    update(element, item);
  });
}
