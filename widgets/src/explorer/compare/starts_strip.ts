/** What every random start has reached, after several seeds were tried: each can be opened and pinned. */

import { button } from "../../ui/buttons.js";
import { html, setAttributes, setText } from "../../ui/dom.js";
import { formatError } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import { roving } from "../../ui/roving.js";
import { explain } from "../../ui/tooltip.js";
import type { StartRecord } from "../../wire/explorer_state.js";
import type { ExplorerContext } from "../context.js";
import { spreadWords } from "./difference_words.js";

export function startsStrip({ link, tell }: ExplorerContext, signal: AbortSignal): HTMLElement {
  const words = html("p", { class: "tnx-starts-words" });
  const list = html("div", { class: "tnx-starts-list", role: "toolbar", "aria-label": "random starts" });
  const element = html("div", { class: "tnx-starts", hidden: "" }, words, list);
  const settle = roving(list, () => [...list.querySelectorAll<HTMLElement>("button")], signal);
  const make = ({ seed }: StartRecord): HTMLElement => {
    const open = button({ text: " ", label: "", tip: "", action: "open-start", attributes: { tabindex: -1, class: "tnx-button tnx-start-open" }, onPress: () => tell({ kind: "open_start", seed }) }, signal);
    const pin = button({ icon: "pin", label: `Pin the cores of seed ${seed}`, tip: "Pin these cores, to compare.", action: "pin-start", attributes: { tabindex: -1 }, onPress: () => tell({ kind: "pin_start", seed }) }, signal);
    return html("span", { class: "tnx-start", "data-start": seed }, open, pin);
  };
  const show = (): void => {
    const starts = link.get("starts") ?? [];
    const best = Math.min(...starts.map((start) => start.relative_error));
    const worst = Math.max(...starts.map((start) => start.relative_error));
    setAttributes(element, { hidden: starts.length === 0 ? "" : null });
    setText(words, spreadWords(starts));
    keyed(list, starts, {
      key: ({ seed }) => String(seed),
      make,
      update: (chip, start) => {
        const open = chip.firstElementChild as HTMLElement;
        const isBest = start.relative_error === best;
        const state = start.running ? "running" : isBest ? "best" : "";
        setAttributes(chip, { "data-best": isBest ? "" : null, "data-error": start.relative_error });
        chip.style.setProperty("--tnx-share", `${(100 * start.relative_error) / (worst || 1)}%`);
        setText(open.firstElementChild as Element, `seed ${start.seed}: ${formatError(start.relative_error)}${isBest ? " \u2605" : ""}`);
        setAttributes(open, { "aria-label": `Open the cores of seed ${start.seed}: relative error ${formatError(start.relative_error)}${state && `, ${state}`}` });
        explain(open, `${isBest ? "The best start. " : ""}${start.status} ${start.sweeps} sweeps. Click to see these cores.`);
      },
    });
    settle();
  };
  link.on(["starts"], show, signal);
  show();
  return element;
}
