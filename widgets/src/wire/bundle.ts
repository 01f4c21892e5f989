/** What every bundle exports: `render` for a notebook, `mount` for a page of one's own. */

import { followTheme } from "../ui/theme.js";
import { type Link, type Message, openLink, type Transport } from "./link.js";
import { type WidgetModel, widgetLink } from "./widget_link.js";

/** Put a piece on the page, until the signal aborts. */
export type Mount<State, Sent extends Message> = (root: HTMLElement, link: Link<State, Sent>, signal: AbortSignal) => void;

interface View {
  model: WidgetModel;
  el: HTMLElement;
  signal: AbortSignal;
}

/** Return the `render` of an anywidget. */
export const rendering = <State, Sent extends Message>(mount: Mount<State, Sent>) => ({ model, el, signal }: View): void => {
  const root = document.createElement("div");
  el.append(root);
  followTheme(root, signal);
  mount(root, widgetLink(model, signal), signal);
};

/** Return a function that mounts a piece over a transport; it resolves when the piece is on the page. */
export const mounting = <State, Sent extends Message>(mount: Mount<State, Sent>) => async (root: HTMLElement, transport: Transport, signal: AbortSignal): Promise<void> => {
  const link = openLink<State, Sent>(transport, signal);
  await link.ready;
  followTheme(root, signal);
  mount(root, link, signal);
};
