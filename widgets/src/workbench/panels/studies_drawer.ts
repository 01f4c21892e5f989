/** The drawer of studies on disk: open, resume, compare, export, import, delete after a question. */

import { button, setUsable } from "../../ui/buttons.js";
import { disclosure } from "../../ui/disclosure.js";
import { html, listen, setAttributes, setText } from "../../ui/dom.js";
import { filePicker } from "../../ui/fields.js";
import { formatBytes, formatCount, formatError, formatShort } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import { confirm, type Popups } from "../../ui/popup.js";
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

export function studiesDrawer(popups: Popups, { send, upload }: StudiesEvents, signal: AbortSignal): StudiesDrawer {
  const picked = new Set<string>();
  let studies: readonly StudyEntry[] = [];
  const list = html("div", { class: "tnw-studies", role: "list" });
  const empty = html("p", { class: "tnw-empty" }, "No studies yet. Every search is kept as one.");
  const picker = filePicker({ accept: ".study,.json", label: "study to import", field: "study-file" }, upload, signal);
  const compare = button({
    text: "Compare", label: "Compare the chosen studies", action: "compare", tip: "Choose two or more; their lines are drawn over each other.",
    onPress: () => show({ kind: "compare", names: [...picked] }),
  }, signal);
  const bring = button({ icon: "upload", text: "Import", label: "Import a study", action: "import-study", tip: "A .study or .json file that was exported.", onPress: () => picker.click() }, signal);
  const shut = button({ icon: "close", label: "Close the studies", action: "close-studies", tip: "Close (Esc)", onPress: () => drawer.leave() }, signal);
  const element = html("section", { class: "tnw-drawer", role: "dialog", "aria-label": "studies" },
    html("div", { class: "tnx-head" }, html("b", {}, "Studies"), html("span", { class: "tnw-buttons" }, compare, bring, shut)), picker, list, empty);
  const toggle = button({ icon: "open", text: "Studies", label: "Studies", action: "studies", tip: "Earlier searches: open, resume, compare, export, delete.", onPress: () => drawer.toggle() }, signal);
  const drawer = disclosure({ opener: toggle, part: element, first: () => shut, stays: true }, signal);
  /** Send a command whose result lies under the drawer, and close the drawer. */
  const show = (command: WorkbenchCommand): void => {
    send(command);
    drawer.leave();
  };
  const deeds = studyDeeds(popups, send, show);
  listen(list, "click", (event) => {
    const target = (event.target as Element).closest<HTMLElement>("[data-way]:not([aria-disabled])");
    const study = studies.find(({ name }) => name === target?.closest("[data-study]")?.getAttribute("data-study"));
    if (target && study) deeds[target.dataset["way"] as Way](study);
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
      for (const name of [...picked]) if (!next.some((study) => study.name === name)) picked.delete(name);
      showPicked();
      setText(toggle.querySelector("span") as Element, next.length > 0 ? `Studies (${next.length})` : "Studies");
      empty.hidden = next.length > 0;
      const update = (row: HTMLElement, study: StudyEntry): void => showRow(row, study, { open: open.has(study.name), picked: picked.has(study.name), running });
      keyed(list, next, { key: ({ name }) => name, make: makeRow, update, ordered: true });
    },
  };
}

/** What every button of a row does; `show` sends a command and closes the drawer. */
function studyDeeds(popups: Popups, send: StudiesEvents["send"], show: StudiesEvents["send"]): Record<Way, (study: StudyEntry) => void> {
  return {
    open: ({ name }) => show({ kind: "study_open", names: [name], resume: false }),
    resume: ({ name }) => show({ kind: "study_open", names: [name], resume: true }),
    csv: ({ name }) => send({ kind: "study_export", name, format: "csv" }),
    json: ({ name }) => send({ kind: "study_export", name, format: "json" }),
    study: ({ name }) => send({ kind: "study_export", name, format: "study" }),
    delete: (study) => confirm(popups, {
      title: `Delete ${study.name}?`, yes: "Delete it",
      text: `${studyWords(study)}. Its ${formatBytes(study.bytes)} are taken off the disk and cannot be brought back.`,
    }, () => send({ kind: "study_delete", name: study.name })),
  };
}

/** Why a button of a row cannot be used now; "" where it can. */
function refusalOf(way: Way, { busy }: StudyEntry, running: boolean): string {
  if (way === "delete" && busy) return `It is being written by ${busy}.`;
  if (way === "resume" && running) return "Stop what is running first.";
  if (way === "resume" && busy) return `It is being written by ${busy}; open it to watch.`;
  return "";
}

function makeRow({ name }: StudyEntry): HTMLElement {
  const ways = WAYS.map((way) => html("button", { type: "button", class: "tnx-button", "data-way": way, "data-action": `study-${way}`, "aria-label": `${WAY_WORDS[way][0]} ${name}` }, WAY_WORDS[way][0]));
  return html("div", { class: "tnw-study", role: "listitem", "data-study": name },
    html("label", {}, html("input", { type: "checkbox", value: name, "aria-label": `compare ${name}` }), html("b"), html("span", { class: "tnw-note" })),
    html("p", { class: "tnw-study-words" }), html("div", { class: "tnw-buttons" }, ...ways));
}

function showRow(row: HTMLElement, study: StudyEntry, { open, picked, running }: { open: boolean; picked: boolean; running: boolean }): void {
  const [title, note] = [row.querySelector("b"), row.querySelector(".tnw-note")] as [Element, Element];
  setText(title, study.name);
  setText(note, `${study.engine} on ${study.label} \u00b7 ${whenWords(study.modified, new Date())}`);
  setText(row.querySelector("p") as Element, `${studyWords(study)}${study.busy ? `. Being written by ${study.busy}` : ""}`);
  setAttributes(row, { "data-open": open ? "" : null, "data-busy": study.busy ? "" : null });
  (row.querySelector("input") as HTMLInputElement).checked = picked;
  for (const way of WAYS) {
    const button = row.querySelector(`[data-way="${way}"]`) as HTMLElement;
    const why = refusalOf(way, study, running);
    setUsable(button, why === "");
    explain(button, why || WAY_WORDS[way][1]);
  }
}
