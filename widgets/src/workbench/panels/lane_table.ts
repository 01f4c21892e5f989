/** The table of lanes: state, best, error, gap, fates of the proposals, budget used, last move. */

import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { formatCount, formatError, formatSeconds } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import { explain } from "../../ui/tooltip.js";
import type { Counts, Lane } from "../../wire/workbench_state.js";
import { laneName, showLook } from "../lanes/lane_looks.js";
import { gapOf, gapPercent } from "../lanes/standings.js";

export interface LaneTable {
  element: HTMLElement;
  show(lanes: readonly Lane[], bound: number | null): void;
}

const COLUMNS: [string, string][] = [
  ["engine", "Its colour and shape are the same everywhere on this page."],
  ["state", ""],
  ["best", "Fewest parameters that reach the target error; in brackets the nearest to it where none does yet."],
  ["error", "Relative error of the best."],
  ["gap", "Best parameters over the bound proved for the family it searches, minus 1: how much could be left to gain there at most."],
  ["proposals", "What became of the structures that the engine proposed."],
  ["budget", "Part of the evaluations or seconds that is used, whichever is further."],
  ["last move", "What was changed to get to the best."],
];

const PARTS: [keyof Counts, string, string][] = [
  ["fitted", "fitted", "fitted to the tensor"],
  ["pruned_by_size", "too large", "pruned: too many parameters to be better"],
  ["pruned_by_certificate", "ruled out", "pruned: a certificate proves that no fit of this structure reaches the target"],
  ["repeated", "repeated", "met before"],
  ["too_costly", "too costly", "not fitted: it would take too long or too much memory"],
];

/** The fates of the proposals in words; zeros are left out, except for fits. */
export function countWords(counts: Counts): string {
  const parts = PARTS.filter(([name]) => name === "fitted" || counts[name] > 0).map(([name, words]) => `${formatCount(counts[name])} ${words}`);
  return `${formatCount(counts.proposed)}: ${parts.join(" \u00b7 ")}`;
}

export function leftWords(lane: Lane): string {
  const part = `${Math.round(100 * Math.min(1, lane.fraction))} %`;
  const soon = (lane.state === "running" || lane.state === "watching") && lane.seconds_left !== null && lane.seconds_left > 0;
  return soon ? `${part}, ${formatSeconds(lane.seconds_left as number)} left` : `${part} after ${formatSeconds(lane.seconds)}`;
}

export const bestWords = ({ incumbent }: Lane): string => (incumbent === null ? "\u2013" : incumbent.reached ? formatCount(incumbent.parameters) : `(${formatCount(incumbent.parameters)})`);

export function laneTable(watchLane: (lane: number) => void, signal: AbortSignal): LaneTable {
  const heads = COLUMNS.map(([title, tip]) => {
    const head = html("th", { scope: "col" }, html("span", {}, title));
    if (tip) explain(head, tip);
    return head;
  });
  const body = html("tbody");
  const empty = html("p", { class: "tnw-empty" }, "Every engine has a row here once the search has begun.");
  listen(body, "click", (event) => {
    const row = (event.target as Element).closest("[data-lane]");
    if (row) watchLane(Number(row.getAttribute("data-lane")));
  }, signal);
  const table = html("table", { class: "tnw-table", "aria-label": "engines" }, html("thead", {}, html("tr", {}, ...heads)), body);
  return {
    element: html("div", { class: "tnw-lanes" }, table, empty),
    show(lanes, bound) {
      empty.hidden = lanes.length > 0;
      table.hidden = lanes.length === 0;
      keyed(body, lanes.map((lane, look) => ({ lane, look })), { key: ({ lane }) => String(lane.id), make: makeRow, update: (row, item) => showRow(row, item, lanes, bound) });
    },
  };
}

const fieldOf = (row: Element, name: string): HTMLElement => row.querySelector(`[data-field="${name}"]`) as HTMLElement;

function makeRow({ lane }: { lane: Lane }): HTMLTableRowElement {
  const cell = (name: string, ...children: Node[]): HTMLElement => html("td", { "data-field": name }, ...children);
  const bar = html("div", { class: "tnw-stack", role: "img" }, ...PARTS.map(([name]) => html("i", { "data-part": name })));
  return html("tr", { "data-lane": lane.id },
    html("th", { scope: "row" }, html("span", { class: "tnw-look" }), html("button", { type: "button", class: "tnw-lane-name", "data-action": "watch-lane" })),
    cell("lane-state"), cell("lane-best"), cell("lane-error"), cell("lane-gap"),
    html("td", { class: "tnw-wide" }, bar, html("span", { class: "tnw-small", "data-field": "lane-counts" })),
    html("td", {}, html("progress", { max: 1, value: 0, "aria-label": "part of the budget" }), html("span", { class: "tnw-small", "data-field": "lane-left" })),
    cell("lane-move"));
}

function showRow(row: Element, { lane, look }: { lane: Lane; look: number }, lanes: readonly Lane[], bound: number | null): void {
  showLook(row.querySelector(".tnw-look") as HTMLElement, look);
  const name = row.querySelector("button") as HTMLElement;
  setText(name, laneName(lane, lanes));
  explain(name, `Study ${lane.study}${lane.data ? ` on ${lane.data}` : ""}. Show its best structure.`);
  setAttributes(row, { "data-state": lane.state });
  const { incumbent, counts } = lane;
  const gap = gapOf(lane, bound);
  const write = (field: string, text: string, value: number | string | null | undefined): void => {
    setText(fieldOf(row, field), text);
    setAttributes(fieldOf(row, field), { "data-value": value ?? "" });
  };
  const why = lane.problem || lane.status;
  write("lane-state", why || lane.state, lane.state);
  explain(fieldOf(row, "lane-state"), `${lane.state}${why ? `: ${why}` : ""}`);
  write("lane-best", bestWords(lane), incumbent?.reached ? incumbent.parameters : null);
  write("lane-error", formatError(incumbent?.relative_error), incumbent?.relative_error);
  write("lane-gap", gap === null ? "\u2013" : gapPercent(gap), gap);
  write("lane-counts", countWords(counts), counts.proposed);
  write("lane-left", leftWords(lane), lane.fraction);
  write("lane-move", incumbent?.changed.words || incumbent?.move || "", incumbent?.number);
  explain(fieldOf(row, "lane-move"), incumbent?.move || incumbent?.changed.words || "");
  (row.querySelector("progress") as HTMLProgressElement).value = Math.min(1, lane.fraction);
  const bar = row.querySelector(".tnw-stack") as HTMLElement;
  setAttributes(bar, { "aria-label": countWords(counts) });
  PARTS.forEach(([name, , meaning], k) => {
    const part = bar.children[k] as HTMLElement;
    part.style.flexGrow = String(counts[name]);
    explain(part, meaning);
  });
}
