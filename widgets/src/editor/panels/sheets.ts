/** The sheets and menus of the editor: help, import, export, and the context menu. */

import { count, type Item } from "../../structure/selection.js";
import { html, listen } from "../../ui/dom.js";
import { offerFile } from "../../wire/offer_file.js";
import type { MenuRow, Popups } from "../../ui/popup.js";
import type { ExportFormat, Reply, StructureRecord } from "../../wire/editor_state.js";
import { apply } from "../arranging_commands.js";
import { type Command, run } from "../commands.js";
import type { Desk } from "../desk.js";
import { openField } from "../drawing_commands.js";
import { exportAs } from "../exporting.js";
import { keyOf, SHORTCUTS } from "../gestures/shortcuts.js";

export function showHelp(popups: Popups): void {
  popups.sheet("Keys and gestures", (body) => {
    for (const { title, rows } of SHORTCUTS) {
      const table = html("table", {}, html("caption", {}, title));
      for (const { keys, does } of rows) table.append(html("tr", {}, html("th", { scope: "row" }, keys), html("td", {}, does)));
      body.append(table);
    }
  });
}

/** Bytes of a structure's file at most. */
const MAX_TEXT = 1_000_000;

export function showImport(desk: Desk, popups: Popups): void {
  popups.sheet("Import a structure", (body, signal) => {
    const text = html("textarea", { rows: 8, spellcheck: "false", "data-action": "import_text", "aria-label": "Structure as JSON, or an einsum expression", placeholder: '{"version": 1, ...}   or   ab,bc,cd->ad' });
    const file = html("input", { type: "file", accept: ".json,.txt,application/json", "aria-label": "Open a .json file", "data-action": "import_file" });
    const go = html("button", { type: "button", class: "tn-button tn-primary", "data-action": "import_go" }, "Import");
    const wrong = html("p", { class: "tn-wrong", role: "alert" });
    body.append(html("p", {}, "Paste JSON or an einsum expression, or open a .json file."), text, html("div", { class: "tn-row" }, file, go), wrong);
    listen(file, "change", async () => {
      const chosen = file.files?.[0];
      if (chosen === undefined) return;
      if (chosen.size > MAX_TEXT) wrong.textContent = "The file is larger than 1 MB; a structure is not.";
      else text.value = await chosen.text();
    }, signal);
    listen(go, "click", async () => {
      wrong.textContent = await importText(desk, text.value);
      if (wrong.textContent === "") popups.close();
    }, signal);
  });
}

/** Ask Python to read a text and draw the structure; return a sentence where that fails, else "". */
async function importText(desk: Desk, text: string): Promise<string> {
  if (text.trim() === "") return "Paste a structure first.";
  try {
    const { structure } = await desk.link.send<Reply>({ kind: "import", text });
    const modes = (structure as StructureRecord).modes;
    const here = desk.store.committed.modes;
    if (desk.store.locked && modes.join() !== here.join()) {
      return `The structure has modes ${modes.join(" x ")}, but the tensor has ${here.join(" x ")}.`;
    }
    apply(desk, structure as StructureRecord, "Structure imported.");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const FORMATS: readonly { format: ExportFormat | "png"; label: string }[] = [
  { format: "json", label: "JSON" },
  { format: "svg", label: "SVG picture" },
  { format: "png", label: "PNG picture" },
  { format: "tikz", label: "TikZ for LaTeX" },
  { format: "python", label: "Python source" },
  { format: "einsum", label: "einsum expression" },
];

export function showExport(desk: Desk, popups: Popups, from: HTMLElement): void {
  const save = async (format: ExportFormat | "png"): Promise<void> => {
    const file = await exportAs(desk, format);
    offerFile(file.filename, file.blob);
    desk.tell(`Saved ${file.filename}.`);
  };
  const copy = async (format: ExportFormat): Promise<void> => {
    const { blob } = await exportAs(desk, format);
    await navigator.clipboard.writeText(await blob.text());
    desk.tell(`Copied as ${format}.`);
  };
  const guard = (work: Promise<void>): void => void work.catch((error: Error) => desk.fail(error.message));
  const rows = FORMATS.map(({ format, label }): MenuRow => {
    const row = { label, action: `export:${format}`, run: () => guard(save(format)) };
    if (format === "png") return row;
    return { ...row, more: { label: "Copy", hint: `Copy ${label} to the clipboard`, run: () => guard(copy(format)) } };
  });
  popups.menuUnder("Export", rows, from);
}

interface MenuChoice {
  readonly label: string;
  readonly command: Command;
}

const DELETE: MenuChoice = { label: "Remove", command: "delete" };
const CHOICES: Record<Item["kind"] | "void", readonly MenuChoice[]> = {
  core: [
    { label: "Give it a leg", command: "leg" },
    { label: "Pull out a core", command: "core" },
    { label: "Bond the selected", command: "bond" },
    { label: "Hold in place", command: "hold" },
    { label: "Duplicate", command: "duplicate" },
    DELETE,
  ],
  bond: [
    { label: "Type a rank", command: "enter" },
    { label: "Rank + 1", command: "raise" },
    { label: "Rank - 1", command: "lower" },
    { label: "Contract its cores", command: "collapse" },
    DELETE,
  ],
  leg: [{ label: "Type a size", command: "enter" }, { ...DELETE, label: "Cut" }],
  void: [
    { label: "Add a core", command: "core" },
    { label: "Paste", command: "paste" },
    { label: "Select all", command: "select_all" },
    { label: "Lay out anew", command: "layout" },
    { label: "Fit to the window", command: "fit" },
  ],
};

/** Open the menu of the focused item, or of the empty diagram, at a point of the window. */
export function showMenu(desk: Desk, popups: Popups, client: { x: number; y: number }): void {
  const { stage, store } = desk;
  const item = stage.focusedItem;
  const choices = CHOICES[item?.kind ?? "void"].filter((choice) => !store.readOnly || ["fit", "select_all"].includes(choice.command));
  if (choices.length === 0) return;
  const rows = choices.map(({ label, command }): MenuRow => ({
    label,
    keys: keyOf(command),
    action: `menu:${command}`,
    run: () => (command === "enter" ? openField(desk, item) : run(desk, command)),
  }));
  const outer = desk.root.getBoundingClientRect();
  const title = count(stage.targets) > 1 ? "What to do with the selection" : "What to do here";
  popups.menu(title, rows, { x: client.x - outer.left, y: client.y - outer.top });
}
