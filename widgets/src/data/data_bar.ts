/** Which data, cut into which modes in which order, and the error aimed at. */

import { button } from "../ui/buttons.js";
import { focused, html, listen, setAttributes, setText } from "../ui/dom.js";
import { type DataRecord, type DatasetEntry, type ExplorerModel, type Order, said, send, watch } from "../wire/explorer_state.js";
import { formatModes } from "../ui/format.js";
import { modesBox } from "./modes_box.js";
import { explain } from "../ui/tooltip.js";
import type { Uploader } from "../wire/upload.js";

const ORDERS: Record<Order, string> = {
  plain: "Plain: entries are read row by row and cut into modes.",
  quantised: "Quantised: every mode takes a factor of each axis, so that it stands for one scale of the picture.",
};

export interface DataBar {
  element: HTMLElement;
  /** Part of an upload that has arrived, or null when none is on its way. */
  showUpload(part: number | null, name: string): void;
}

/** Read the target error; a text says what is wrong with it. */
export function parseTarget(text: string): number | string {
  const value = Number(text.trim().replace(",", "."));
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  return `The target error is a number above 0 and at most 1, but "${text.trim().slice(0, 20)}" was typed.`;
}

/** `aim` stands at the end, where the target error has its field otherwise. */
export function dataBar(model: ExplorerModel, uploads: Uploader, complain: (sentence: string) => void, signal: AbortSignal, aim?: HTMLElement): DataBar {
  const dataset = datasetMenu(model, signal);
  const shape = html("span", { class: "tnx-shape" });
  const order = html("select", { class: "tnx-field", "aria-label": "order of the entries", "data-field": "order" });
  order.append(...Object.keys(ORDERS).map((name) => html("option", { value: name }, name)));
  const reshape = (modes: number[], chosen: Order): void => {
    send(model, { kind: "reshape", modes, order: chosen });
  };
  const modes = modesBox({ choose: reshape, complain }, signal);
  listen(order, "change", () => {
    const data = said<DataRecord>(model.get("data"));
    if (data) reshape(data.modes, order.value as Order);
  }, signal);

  const show = (): void => {
    const data = said<DataRecord>(model.get("data"));
    if (data === null) return;
    setText(shape, `${formatModes(data.shape)} as`);
    modes.show(data);
    order.value = data.order;
    explain(order, ORDERS[data.order]);
  };
  watch(model, ["data"], show, signal);
  show();

  const sending = uploadBox(uploads, signal);
  const element = html("div", { class: "tnx-data", role: "group", "aria-label": "data" },
    dataset, shape, modes.element, order, sending.element, html("span", { class: "tnx-space" }), aim ?? targetField(model, complain, signal));
  return { element, showUpload: sending.show };
}

function datasetMenu(model: ExplorerModel, signal: AbortSignal): HTMLElement {
  const menu = html("select", { class: "tnx-field tnx-dataset", "aria-label": "data set", "data-field": "dataset" });
  explain(menu, "The tensor: a built-in one, or a file of your own (upload, or drop it anywhere here).");
  const show = (): void => {
    const data = said<DataRecord>(model.get("data"));
    const known: readonly DatasetEntry[] = model.get("datasets") ?? [];
    const own = data && !known.some(({ name }) => name === data.name) ? [{ name: data.name, label: data.label }] : [];
    const names = [...own, ...known];
    if (menu.dataset["names"] !== JSON.stringify(names)) {
      menu.dataset["names"] = JSON.stringify(names);
      menu.replaceChildren(...names.map(({ name, label }) => html("option", { value: name }, label)));
    }
    if (data) menu.value = data.name;
  };
  listen(menu, "change", () => {
    const known = (model.get("datasets") ?? []).some(({ name }) => name === menu.value);
    if (known) send(model, { kind: "dataset", name: menu.value });
  }, signal);
  watch(model, ["datasets", "data"], show, signal);
  watch(model, ["problem"], show, signal); // a data set that failed to load is not the one shown
  show();
  return menu;
}

function targetField(model: ExplorerModel, complain: (sentence: string) => void, signal: AbortSignal): HTMLElement {
  const input = html("input", { class: "tnx-field tnx-target-field", type: "text", inputmode: "decimal", maxlength: 12, "data-field": "target" });
  explain(input, "The relative error you aim at; it is marked in the chart. It does not stop the fit.");
  const show = (): void => {
    const target = model.get("target_error");
    if (focused(input) !== input && target !== undefined) input.value = String(target);
  };
  listen(input, "change", () => {
    const value = parseTarget(input.value);
    setAttributes(input, { "aria-invalid": typeof value === "string" ? "true" : null });
    if (typeof value === "string") complain(value);
    else send(model, { kind: "target", value });
  }, signal);
  listen(input, "keydown", (event) => {
    if (event.key === "Escape") input.value = String(model.get("target_error"));
  }, signal);
  watch(model, ["target_error"], show, signal);
  show();
  return html("label", { class: "tnx-label" }, "target error ", input);
}

interface UploadBox {
  element: HTMLElement;
  show(part: number | null, name: string): void;
}

function uploadBox(uploads: Uploader, signal: AbortSignal): UploadBox {
  const picker = html("input", { type: "file", accept: uploads.kinds.endings.join(), hidden: "", "data-field": "file", "aria-label": "file to upload", tabindex: -1 });
  listen(picker, "change", () => {
    const file = picker.files?.[0];
    if (file) uploads.send(file);
    picker.value = ""; // the same file may be chosen again
  }, signal);
  const start = button({
    icon: "upload", text: "Upload", label: "Upload a file", action: "upload",
    tip: `${uploads.kinds.words.replace(/^a/, "A")}; up to 64 MiB. You may drop it anywhere here.`,
    onPress: () => picker.click(),
  }, signal);
  const bar = html("progress", { max: 1, value: 0, "aria-label": "upload" });
  const name = html("span", { class: "tnx-upload-name" });
  const cancel = button({ icon: "close", label: "Cancel the upload", tip: "Cancel the upload", action: "cancel-upload", onPress: () => uploads.cancel() }, signal);
  const running = html("span", { class: "tnx-uploading", hidden: "" }, name, bar, cancel);
  return {
    element: html("span", { class: "tnx-upload" }, picker, start, running),
    show(part, file) {
      const refocus = part === null && running.contains(focused(running));
      start.hidden = part !== null;
      running.hidden = part === null;
      bar.value = part ?? 0;
      setText(name, file);
      if (refocus) start.focus();
    },
  };
}
