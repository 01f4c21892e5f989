/** The line of the fit: its status, and the buttons that pause, stop and restart it. */

import { button, setIcon, setUsable } from "../ui/buttons.js";
import { html, setAttributes, setText } from "../ui/dom.js";
import { formatError, formatSeconds } from "../ui/format.js";
import { explain } from "../ui/tooltip.js";
import type { DraftReport } from "../editor/editor.js";
import type { Tell } from "../wire/commands.js";
import type { ExplorerCommand, FitState } from "../wire/explorer_state.js";

/** Starts that one press of the button tries. */
const SEEDS = 5;

/** Short words for states by their name; for all others the first clause of their sentence is shown. */
const WORDS: Record<string, string> = { RUNNING: "running", PAUSED: "paused", CONVERGED: "converged", EXACT: "exact", MAX_SWEEPS: "not converged" };

/** A short form of the status sentence of a fit. */
export function fitWords({ state, status }: FitState): string {
  return WORDS[state] ?? (status.split(/[:;]|\.(?=\s|$)/)[0] ?? "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** The status line of a fit; `refused`: Python could not apply the structure on screen. */
export function fitLine(fit: FitState | null, current: boolean, refused = false): string {
  if (refused) return fit === null ? "not applied: no fit" : "not applied: fit of the last valid structure";
  if (fit === null) return "no fit yet";
  if (!current) return "waiting for the first sweep of this structure";
  const words = fitWords(fit);
  return fit.sweep > 0 && fit.state !== "TRIED" ? `sweep ${fit.sweep}, ${words}` : words;
}

/** Whether a fit has ended in a way a person wants to hear about. */
export const isMilestone = (fit: FitState): boolean => !fit.running && fit.state !== "PREPARING";

/** The sentence spoken when a fit has ended. */
export const milestoneWords = (fit: FitState): string =>
  `${fit.status} Relative error ${formatError(fit.relative_error)} after ${fit.sweep} sweep${fit.sweep === 1 ? "" : "s"}.`;

/** States of an ended fit that may go on from its cores. */
const OVER = new Set(["STOPPED", "MAX_SWEEPS", "TRIED", "KEPT"]);

const REFUSED = "This structure cannot be applied, for the reason given at the diagram. The fit shown is of the last structure that could be.";

export interface FitBar {
  element: HTMLElement;
  show(fit: FitState | null, draft: Pick<DraftReport, "edit" | "error">): void;
}

export function fitBar(tell: Tell<ExplorerCommand>, signal: AbortSignal): FitBar {
  const status = html("span", { class: "tnx-status", "data-field": "fit-status", tabindex: 0 });
  const details = html("span", { class: "tnx-details" });
  const buttons = fitButtons(tell, signal);
  const words = html("div", { class: "tnx-fit-words" }, html("span", { class: "tnx-pulse", "aria-hidden": "true" }), status, details);
  const element = html("div", { class: "tnx-fit", role: "group", "aria-label": "fit" }, words, buttons.element);
  return {
    element,
    show(fit, { edit, error }) {
      const current = fit !== null && fit.edit === edit;
      const refused = error !== "";
      setText(status, fitLine(fit, current, refused));
      explain(status, refused ? REFUSED : fit === null ? "No fit has begun." : fit.status || "How the fit of this structure stands.");
      setAttributes(status, { "data-value": fit?.sweep ?? "", "data-edit": fit?.edit, "data-status": fit?.state });
      setText(details, fit && current ? `${formatSeconds(fit.seconds)}, seed ${fit.seed}` : "");
      setAttributes(element, { "data-state": fit?.running && !fit.paused ? "running" : "still" });
      buttons.show(fit, refused);
    },
  };
}

function fitButtons(tell: Tell<ExplorerCommand>, signal: AbortSignal): { element: HTMLElement; show(fit: FitState | null, refused: boolean): void } {
  let paused = false; // or over before it had converged: it can go on
  const pause = button({
    icon: "pause", label: "Pause the fit", tip: "Pause the fit; the cores stay as they are.", action: "pause",
    onPress: () => tell({ kind: paused ? "resume" : "pause" }),
  }, signal);
  const stop = button({
    icon: "stop", label: "Stop the fit", tip: "Stop the fit and keep the best cores so far.", action: "stop",
    onPress: () => tell({ kind: "stop" }),
  }, signal);
  const restart = button({
    icon: "restart", label: "Restart the fit from another seed", action: "restart",
    tip: "Forget these cores and fit this structure again from the next random seed.",
    onPress: () => tell({ kind: "restart" }),
  }, signal);
  const seeds = button({
    text: `try ${SEEDS} seeds`, label: `Try ${SEEDS} seeds`, action: "try-seeds",
    tip: `Fit from ${SEEDS} random starts and keep the best: a fit may stop in a local optimum.`,
    onPress: () => tell({ kind: "try_seeds", count: SEEDS }),
  }, signal);
  return {
    element: html("div", { class: "tnx-buttons" }, pause, stop, restart, seeds),
    show(fit, refused) {
      paused = fit !== null && (fit.paused || (!fit.running && OVER.has(fit.state)));
      setIcon(pause, paused ? "resume" : "pause");
      setAttributes(pause, { "aria-label": paused ? "Resume the fit" : "Pause the fit" });
      explain(pause, paused ? "Go on with the fit." : "Pause the fit; the cores stay as they are.");
      setUsable(pause, fit?.running || paused);
      setUsable(stop, fit?.running ?? false);
      for (const again of [restart, seeds]) setUsable(again, !refused);
    },
  };
}
