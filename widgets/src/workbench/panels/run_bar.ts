/** The two buttons that start, pause, resume and stop a search, and its status in words. */

import { button, type Icon, setIcon, setUsable } from "../../ui/buttons.js";
import { html, setAttributes, setText } from "../../ui/dom.js";
import { explain } from "../../ui/tooltip.js";
import type { Run, Settings } from "../../wire/workbench_state.js";

type Deed = "start" | "pause" | "resume" | "stop";

export interface Offer {
  deed: Deed | null;
  icon: Icon;
  text: string;
  tip: string;
}

const NEW: Offer = { deed: "start", icon: "resume", text: "Start", tip: "Search with the engines chosen. Every evaluation is kept in a study." };

/** The action of the large button in a state. */
export function primaryOf(run: Run | null, settings: Settings | null): Offer {
  const state = run?.state ?? "idle";
  if (state === "running") return { deed: "pause", icon: "pause", text: "Pause", tip: "Hold the search; nothing is lost, and time does not count." };
  if (state === "paused") return { deed: "resume", icon: "resume", text: "Resume", tip: "Go on where it was." };
  if (state === "stopping") return { deed: null, icon: "stop", text: "Stopping", tip: "What is in flight is being cancelled." };
  if ((state === "ended" || state === "idle") && run?.can_resume) return { deed: "resume", icon: "resume", text: "Resume", tip: "Go on with these studies; give them more evaluations or time if their budget is used up." };
  const none = settings !== null && settings.engines.length === 0;
  return none ? { ...NEW, deed: null, tip: "Choose an engine first." } : NEW;
}

/** The action of the small button in a state: stop a running search, or start a new one where the large button resumes. */
export function secondaryOf(run: Run | null, settings: Settings | null): Offer {
  const state = run?.state ?? "idle";
  if (state === "running" || state === "paused") return { deed: "stop", icon: "stop", text: "Stop", tip: "End the search. It can be resumed later." };
  const anew = state !== "stopping" && run?.can_resume === true && settings !== null && settings.engines.length > 0;
  if (anew) return { deed: "start", icon: "restart", text: "New search", tip: "Begin anew in new studies; the old ones stay." };
  return { deed: null, icon: "stop", text: "Stop", tip: "Nothing is running." };
}

export interface RunBar {
  element: HTMLElement;
  status: HTMLElement;
  show(run: Run | null, settings: Settings | null): void;
}

export function runBar(tell: (deed: Deed) => void, signal: AbortSignal): RunBar {
  let offers: { primary: Offer; secondary: Offer } = { primary: NEW, secondary: NEW };
  const make = (place: "primary" | "secondary"): HTMLButtonElement =>
    button({
      icon: "resume", text: " ", label: place, tip: " ", attributes: { class: `tnx-button tnw-${place}` },
      onPress: () => offers[place].deed && tell(offers[place].deed as Deed),
    }, signal);
  const buttons = { primary: make("primary"), secondary: make("secondary") };
  const status = html("span", { class: "tnw-status", "data-field": "run-status" });
  const paint = (place: "primary" | "secondary"): void => {
    const { deed, icon, text, tip } = offers[place];
    const element = buttons[place];
    setIcon(element, icon);
    setText(element.querySelector("span") as Element, text);
    setAttributes(element, { "aria-label": text, "data-action": deed ?? "none" });
    explain(element, tip);
    setUsable(element, deed !== null);
  };
  return {
    element: html("span", { class: "tnw-run", role: "group", "aria-label": "search" }, buttons.primary, buttons.secondary),
    status,
    show(run, settings) {
      offers = { primary: primaryOf(run, settings), secondary: secondaryOf(run, settings) };
      paint("primary");
      paint("secondary");
      setText(status, run?.status ?? "");
      setAttributes(status, { "data-state": run?.state ?? "idle" });
    },
  };
}
