/** The link to the piece of a widget: its state are traits of the model, its messages custom ones of the comm. */

import type { Bytes } from "./bytes.js";
import { type Incoming, type Link, type Message, TransportLink } from "./link.js";

/** What a link uses of the model of an anywidget. */
export interface WidgetModel {
  get(trait: string): unknown;
  on(event: string, callback: (...given: never[]) => void): void;
  off(event: string, callback: (...given: never[]) => void): void;
  send(content: object, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
}

/** Each name of the state is the trait with this before it. */
const PREFIX = "wire_";

export function widgetLink<State, Sent extends Message>(model: WidgetModel, signal: AbortSignal): Link<State, Sent> {
  const listen = (event: string, callback: (...given: never[]) => void, until: AbortSignal): void => {
    if (until.aborted) return;
    model.on(event, callback);
    until.addEventListener("abort", () => model.off(event, callback));
  };
  const transport = {
    send: (content: object, buffers: readonly ArrayBuffer[]) => model.send(content, undefined, [...buffers]),
    listen: (hear: (content: Incoming, buffers: readonly Bytes[]) => void, until: AbortSignal) =>
      listen("msg:custom", (content: Incoming, buffers?: readonly Bytes[]) => hear(content, buffers ?? []), until),
  };
  const states = {
    get: (name: string) => model.get(PREFIX + name),
    on: (name: string, callback: () => void, until: AbortSignal) => listen(`change:${PREFIX}${name}`, () => callback(), until),
  };
  return new TransportLink(transport, { states }, signal);
}
