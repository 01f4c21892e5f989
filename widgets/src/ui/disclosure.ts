/** A part that its opener shows and hides: the list under a field, a drawer at the side. */

import { listen, setAttributes } from "./dom.js";

export interface Disclosed {
  /** The button or field that names the part and gets the focus back. */
  readonly opener: HTMLElement;
  readonly part: HTMLElement;
  /** What gets the focus when the part opens. */
  first(): HTMLElement | null;
  /** Whether the part stays open when the focus or a press goes elsewhere. */
  readonly stays?: boolean;
}

export interface Disclosure {
  open(): void;
  /** Hide the part, and give the focus back. */
  leave(): void;
  /** Open the part, or leave it. */
  toggle(): void;
}

/** Hide the part until it is opened; Escape leaves it. */
export function disclosure({ opener, part, first, stays = false }: Disclosed, signal: AbortSignal): Disclosure {
  part.id ||= `tnx-part-${Math.random().toString(36).slice(2)}`; // bundles of several widgets may share a page
  setAttributes(opener, { "aria-controls": part.id });
  const show = (open: boolean): void => {
    part.hidden = !open;
    setAttributes(opener, { "aria-expanded": String(open) });
  };
  const self: Disclosure = {
    open() {
      show(true);
      first()?.focus();
    },
    leave() {
      show(false);
      opener.focus();
    },
    toggle: () => (part.hidden ? self.open() : self.leave()),
  };
  show(false);
  listen(part, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    self.leave();
  }, signal);
  if (stays) return self;
  const within = (node: Node | null): boolean => part.contains(node) || opener.contains(node);
  listen(part, "focusout", (event) => event.relatedTarget !== null && !within(event.relatedTarget as Node) && show(false), signal);
  listen(part.ownerDocument, "pointerdown", (event) => !part.hidden && !within(event.composedPath()[0] as Node) && show(false), { signal, capture: true });
  return self;
}
