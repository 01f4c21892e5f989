/** The line under the diagram that asks for what is wanted: reach an error, trim ranks, search for a smaller structure. */

import { button, setUsable } from "../ui/buttons.js";
import { html, setAttributes, setText } from "../ui/dom.js";
import { formatShort } from "../ui/format.js";
import type { Reply, StructureRecord } from "../wire/editor_state.js";
import type { Asked } from "../wire/explorer_state.js";
import type { ExplorerContext } from "./context.js";

export function asking(context: ExplorerContext, signal: AbortSignal): HTMLElement {
  const { link, editor, complain } = context;
  const note = html("output", { class: "tnx-asked", "data-field": "asked" });
  const buttons: HTMLButtonElement[] = [];

  const ask = async (message: Asked, doing: string): Promise<void> => {
    const before = editor.report().edit;
    setText(note, doing);
    for (const each of buttons) setUsable(each, false);
    setUsable(stop, true);
    try {
      const { structure, note: said = "" } = await link.send<Reply>(message);
      if (editor.report().edit !== before) return setText(note, "Another structure was drawn meanwhile, so nothing was changed.");
      if (structure) editor.apply(structure as StructureRecord, said);
      setText(note, said);
    } catch (error) {
      setText(note, "");
      complain((error as Error).message);
    } finally {
      for (const each of buttons) setUsable(each, true);
      setUsable(stop, false);
    }
  };
  const target = (): number => link.get("target_error") ?? 0.1;
  const reach = button({
    text: "reach", label: "Reach the target error", action: "reach",
    tip: "Choose the ranks of this drawing so that the target error is reached with few numbers.",
    onPress: () => ask({ kind: "reach", error: target() }, `Choosing ranks for an error of ${formatShort(target())}\u2026`),
  }, signal);
  const trim = button({
    text: "trim", label: "trim ranks that are not needed", action: "trim",
    tip: "Lower every rank that the cores beside it cannot use, or that this error does not need.",
    onPress: () => ask({ kind: "trim" }, "Looking for ranks that are not needed\u2026"),
  }, signal);
  const improve = button({
    text: "search 10 s", label: "search 10 s for a smaller structure", action: "improve",
    tip: "Search for ten seconds for any structure with fewer numbers at this error, and draw it.",
    onPress: () => ask({ kind: "improve" }, "Searching for ten seconds\u2026"),
  }, signal);
  const stop = button({
    icon: "stop", label: "enough: draw the best found so far", action: "enough",
    tip: "End the search, and draw the best that it has found so far.",
    onPress: () => void link.send<Reply>({ kind: "enough" }).catch(() => undefined),
  }, signal);
  setUsable(stop, false);
  buttons.push(reach, trim, improve);
  const show = (): void => {
    const words = `reach ${formatShort(target())}`;
    setText(reach.querySelector("span") ?? reach, words);
    setAttributes(reach, { "aria-label": `${words}: choose the ranks for this error` });
  };
  link.on(["target_error"], show, signal);
  show();
  return html("div", { class: "tnx-asking", role: "group", "aria-label": "ask for" }, reach, trim, improve, stop, note);
}
