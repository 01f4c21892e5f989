/** The drawer of studies on disk: open, resume, compare, export, import, delete after a question. */

import { button, setUsable } from "../../ui/buttons.js";
import { confirm } from "../../ui/confirm.js";
import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { formatBytes, formatCount, formatError, formatShort } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import type { Popups } from "../../ui/popup.js";
import { explain } from "../../ui/tooltip.js";
import type { StudyEntry, WorkbenchCommand } from "../../wire/workbench_state.js";

export interface StudiesDrawer {
  element: HTMLElement;
  /** The button that opens it. */
  toggle: HTMLElement;
  show(studies: readonly StudyEntry[], open: ReadonlySet<string>, running: boolean): void;
}

export interface StudiesEvents {
  send(command: WorkbenchCommand): void;
  upload(file: File): void;
}

/** When something happened, as short as it stays clear. */
export function whenWords(iso: string, now: Date): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return iso;
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (seconds >= 0 && seconds < 90) return "just now";
  if (seconds >= 0 && seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return then.toDateString() === now.toDateString() ? `today ${time}` : `${then.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })} ${time}`;
}

export function studyWords(study: StudyEntry): string {
  const best = study.parameters === null ? "nothing at the target yet" : `${formatCount(study.parameters)} parameters`;
  const error = study.relative_error === null ? "" : `, error ${formatError(study.relative_error)}`;
  return `${best}${error}, target ${formatShort(study.target_error)}, ${formatCount(study.evaluations)} evaluations`;
}

const WAYS = ["open", "resume", "csv", "json", "study", "delete"] as const;
type Way = (typeof WAYS)[number];
const WAY_WORDS: Record<Way, [string, string]> = {
  open: ["Open", "Show what it has found; one that another process writes is watched."],
  resume: ["Resume", "Go on with it here."],
  csv: ["CSV", "Every evaluation as a row of a table."],
  json: ["JSON", "Everything but the cores, as JSON that can be imported again."],
  study: ["Study", "The study file itself, its cores included."],
  delete: ["Delete\u2026", "Take it off the disk, after a question."],
};

export function studiesDrawer(popups: Popups, events: StudiesEvents, signal: AbortSignal): StudiesDrawer {
  const picked = new Set<string>();
  let studies: readonly StudyEntry[] = [];
  const list = html("div", { class: "tnw-studies", role: "list" });
  const empty = html("p", { class: "tnw-empty" }, "No studies yet. Every search is kept as one.");
  const picker = html("input", { type: "file", accept: ".study,.json", hidden: "", tabindex: -1, "data-field": "study-file", "aria-label": "study to import" });
  listen(picker, "change", () => {
    const file = picker.files?.[0];
    if (file) events.upload(file);
    picker.value = "";
  }, signal);
  const compare = button({
    text: "Compare", label: "Compare the chosen studies", action: "compare", tip: "Choose two or more; their lines are drawn over each other.",
    onPress: () => show({ kind: "compare", names: [...picked] }),
  }, signal);
  const bring = button({ icon: "upload", text: "Import", label: "Import a study", action: "import-study", tip: "A .study or .json file that was exported.", onPress: () => picker.click() }, signal);
  const shut = button({ icon: "close", label: "Close the studies", action: "close-studies", tip: "Close (Esc)", onPress: () => setOpen(false) }, signal);
  const element = html("section", { class: "tnw-drawer", role: "dialog", "aria-label": "studies", hidden: "" },
    html("div", { class: "tnx-head" }, html("b", {}, "Studies"), html("span", { class: "tnw-buttons" }, compare, bring, shut)), picker, list, empty);
  const toggle = button({ icon: "open", text: "Studies", label: "Studies", action: "studies", tip: "Earlier searches: open, resume, compare, export, delete.", attributes: { "aria-expanded": "false" }, onPress: () => setOpen(element.hidden === true) }, signal);
  const setOpen = (open: boolean): void => {
    element.hidden = !open;
    setAttributes(toggle, { "aria-expanded": String(open) });
    (open ? shut : toggle).focus();
  };
  /** Send a command whose result lies under the drawer, and close the drawer. */
  const show = (body: WorkbenchCommand): void => {
    events.send(body);
    setOpen(false);
  };
  listen(element, "keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    setOpen(false);
  }, signal);

  const deeds: Record<Way, (study: StudyEntry) => void> = {
    open: ({ name }) => show({ kind: "study_open", names: [name], resume: false }),
    resume: ({ name }) => show({ kind: "study_open", names: [name], resume: true }),
    csv: ({ name }) => events.send({ kind: "study_export", name, format: "csv" }),
    json: ({ name }) => events.send({ kind: "study_export", name, format: "json" }),
    study: ({ name }) => events.send({ kind: "study_export", name, format: "study" }),
    delete: (study) => confirm(popups, {
      title: `Delete ${study.name}?`, yes: "Delete it",
      text: `${studyWords(study)}. Its ${formatBytes(study.bytes)} are taken off the disk and cannot be brought back.`,
    }, () => events.send({ kind: "study_delete", name: study.name })),
  };
  listen(list, "click", (event) => {
    const target = (event.target as Element).closest<HTMLElement>("[data-way]");
    const study = studies.find(({ name }) => name === target?.closest("[data-study]")?.getAttribute("data-study"));
    if (target && study && target.ariaDisabled !== "true") deeds[target.dataset["way"] as Way](study);
  }, signal);
  const showPicked = (): void => {
    setUsable(compare, picked.size > 1);
    setText(compare.querySelector("span") as Element, picked.size > 1 ? `Compare ${picked.size}` : "Compare");
  };
  listen(list, "change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.checked) picked.add(box.value);
    else picked.delete(box.value);
    showPicked();
  }, signal);

  return {
    element,
    toggle,
    show(next, open, running) {
      studies = next;
      const names = new Set(next.map(({ name }) => name));
      for (const name of [...picked]) if (!names.has(name)) picked.delete(name);
      showPicked();
      setText(toggle.querySelector("span") as Element, next.length > 0 ? `Studies (${next.length})` : "Studies");
      empty.hidden = next.length > 0;
      const now = new Date();
      keyed(list, next, ({ name }) => name, makeRow, (row, study) => showRow(row, study, open.has(study.name), running, picked.has(study.name), now));
      next.forEach(({ name }, k) => {
        const row = list.children[k];
        if (row?.getAttribute("data-key") !== name) list.insertBefore([...list.children].find((other) => other.getAttribute("data-key") === name) as Element, row ?? null);
      });
    },
  };
}

function makeRow({ name }: StudyEntry): HTMLElement {
  const ways = WAYS.map((way) => html("button", { type: "button", class: "tnx-button", "data-way": way, "data-action": `study-${way}`, "aria-label": `${WAY_WORDS[way][0]} ${name}` }, WAY_WORDS[way][0]));
  return html("div", { class: "tnw-study", role: "listitem", "data-study": name },
    html("label", {}, html("input", { type: "checkbox", value: name, "aria-label": `compare ${name}` }), html("b"), html("span", { class: "tnw-note" })),
    html("p", { class: "tnw-study-words" }), html("div", { class: "tnw-buttons" }, ...ways));
}

function showRow(row: HTMLElement, study: StudyEntry, open: boolean, running: boolean, picked: boolean, now: Date): void {
  const [title, note] = [row.querySelector("b"), row.querySelector(".tnw-note")] as [Element, Element];
  setText(title, study.name);
  setText(note, `${study.engine} on ${study.label} \u00b7 ${whenWords(study.modified, now)}`);
  setText(row.querySelector("p") as Element, `${studyWords(study)}${study.busy ? `. Being written by ${study.busy}` : ""}`);
  setAttributes(row, { "data-open": open ? "" : null, "data-busy": study.busy ? "" : null });
  (row.querySelector("input") as HTMLInputElement).checked = picked;
  for (const way of WAYS) {
    const button = row.querySelector(`[data-way="${way}"]`) as HTMLElement;
    const why = way === "delete" && study.busy ? `It is being written by ${study.busy}.` : way === "resume" && running ? "Stop what is running first." : way === "resume" && study.busy ? `It is being written by ${study.busy}; open it to watch.` : "";
    setUsable(button, why === "");
    explain(button, why || WAY_WORDS[way][1]);
  }
}
