/** The fields of a search's settings. A refused value is explained and put back. */

import { parseTarget } from "../../data/target_field.js";
import { focused, html, listen, setAttributes } from "../../ui/dom.js";
import { fillMenu, typed } from "../../ui/fields.js";
import { explain } from "../../ui/tooltip.js";
import type { Choice, Settings } from "../../wire/workbench_state.js";

export interface SettingsFields {
  /** In the bar of the data. */
  aim: HTMLElement;
  /** In the bar of the engines. */
  budget: HTMLElement;
  show(settings: Settings, families: readonly Choice[], executors: readonly Choice[], locked: boolean): void;
}

export interface SettingsEvents {
  change(changes: Partial<Settings>): void;
  complain(sentence: string): void;
}

/** Read a whole number, also as "10k" or "2M"; returns a sentence where the text is none. */
export function parseCount(text: string, what: string, least: number, most: number): number | string {
  const match = /^(\d{1,12})([kKmM]?)$/.exec(text.trim().replace(/[\s_\u202f]/g, ""));
  const value = match ? Number(match[1]) * { "": 1, k: 1e3, m: 1e6 }[(match[2] ?? "").toLowerCase() as "" | "k" | "m"] : NaN;
  if (value >= least && value <= most) return value;
  return `${what} is a whole number from ${least} to ${most.toLocaleString("en")}, but "${text.trim().slice(0, 20)}" was typed.`;
}

/** Read seconds, also as "5 min" or "2 h". */
export function parseSeconds(text: string): number | string {
  const match = /^(\d+(?:[.,]\d+)?)\s*(s|min|m|h|d)?$/.exec(text.trim().toLowerCase());
  const unit = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 }[match?.[2] ?? "s"] ?? 1;
  const value = match ? Number((match[1] ?? "").replace(",", ".")) * unit : NaN;
  if (value > 0 && value <= 1e7) return value;
  return `The time is written as 90, 5 min or 2 h, but "${text.trim().slice(0, 20)}" was typed.`;
}

export function secondsText(seconds: number): string {
  if (seconds >= 7200 && seconds % 3600 === 0) return `${seconds / 3600} h`;
  return seconds >= 120 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

interface SettingField {
  element: HTMLElement;
  show(settings: Settings, locked: boolean): void;
}

interface Setting {
  key: "target_error" | "max_rank" | "max_evaluations" | "max_seconds" | "seed";
  title: string;
  tip: string;
  width: number;
  read(text: string): number | null | string;
  write(settings: Settings): string;
}

const SETTINGS: Record<Setting["key"], Setting> = {
  target_error: {
    key: "target_error", title: "target error", width: 60, read: parseTarget, write: (settings) => String(settings.target_error),
    tip: "The relative error that a structure must reach; among those, fewer parameters are better.",
  },
  max_rank: {
    key: "max_rank", title: "max rank", width: 52, write: (settings) => String(settings.max_rank ?? ""),
    read: (text) => (text.trim() === "" ? null : parseCount(text, "The largest rank", 1, 1e6)), tip: "No bond gets a larger rank. Empty: no limit but the tensor's own.",
  },
  max_evaluations: {
    key: "max_evaluations", title: "evaluations", width: 62, write: (settings) => String(settings.max_evaluations),
    read: (text) => parseCount(text, "The number of evaluations", 1, 1e9), tip: "Each engine ends after so many fits; what is ruled out or repeated does not count.",
  },
  max_seconds: {
    key: "max_seconds", title: "time", width: 60, write: (settings) => secondsText(settings.max_seconds), read: parseSeconds,
    tip: "Each engine ends after so much time of its own: 90, 5 min or 2 h.",
  },
  seed: {
    key: "seed", title: "seed", width: 46, write: (settings) => String(settings.seed), read: (text) => parseCount(text, "The seed", 0, 2 ** 31 - 1),
    tip: "Where random numbers start: the same seed finds the same again.",
  },
};

function settingField({ key, title, tip, width, read, write }: Setting, events: SettingsEvents, signal: AbortSignal): SettingField {
  const input = html("input", { class: "tnx-field", type: "text", inputmode: key === "max_seconds" ? "text" : "decimal", maxlength: 16, autocomplete: "off", "data-field": key });
  input.style.width = `${width}px`;
  explain(input, tip);
  let last: Settings | null = null;
  const field = typed(input, {
    read,
    take: (value) => (last === null || value !== last[key]) && events.change({ [key]: value }),
    complain: events.complain,
    written: () => (last ? write(last) : ""),
  }, signal);
  return {
    element: html("label", { class: "tnx-label" }, `${title} `, input),
    show(settings, locked) {
      const changed = last === null || last[key] !== settings[key];
      last = settings;
      input.readOnly = locked;
      setAttributes(input, { "aria-disabled": locked ? "true" : null });
      if (focused(input) !== input || (changed && input.getAttribute("aria-invalid") === null)) field.reset();
    },
  };
}

interface MenuField {
  element: HTMLElement;
  show(choices: readonly Choice[], value: string, locked: boolean): void;
}

function menuField({ key, title = "", tip }: { key: "family" | "executor"; title?: string; tip: string }, events: SettingsEvents, signal: AbortSignal): MenuField {
  const menu = html("select", { class: "tnx-field", "data-field": key, "aria-label": key });
  explain(menu, tip);
  listen(menu, "change", () => events.change({ [key]: menu.value }), signal);
  return {
    element: html("label", { class: "tnx-label" }, title && `${title} `, menu),
    show(choices, value, locked) {
      const rows = choices.some(({ name }) => name === value) ? choices : [...choices, { name: value, label: value || "what suits" }];
      fillMenu(menu, rows, value);
      menu.disabled = locked;
    },
  };
}

export function settingsFields(events: SettingsEvents, signal: AbortSignal): SettingsFields {
  const fields = Object.values(SETTINGS).map((setting) => settingField(setting, events, signal));
  const [target, rank, evaluations, seconds, seed] = fields.map(({ element }) => element) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const family = menuField({ key: "family", title: "family", tip: "Which kind of network is searched for." }, events, signal);
  const executor = menuField({ key: "executor", tip: "Where fits run: in this process, in several local ones, or on a cluster." }, events, signal);
  return {
    aim: html("span", { class: "tnw-fields" }, family.element, rank, target),
    budget: html("span", { class: "tnw-fields" }, evaluations, seconds, seed, executor.element),
    show(settings, families, executors, locked) {
      for (const field of fields) field.show(settings, locked);
      family.show(families, settings.family, locked);
      executor.show(executors, settings.executor, locked);
    },
  };
}
