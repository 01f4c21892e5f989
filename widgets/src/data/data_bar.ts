/** The bar of the data: data set, mode sizes, order of the entries, upload, target error. */

import { formatModes } from "../structure/counts.js";
import { html, listen, setText } from "../ui/dom.js";
import { fillMenu } from "../ui/fields.js";
import { explain } from "../ui/tooltip.js";
import type { Tell } from "../wire/commands.js";
import type { DataCommand, DataLink, DataRecord, DatasetEntry, Order } from "../wire/data_state.js";
import { said } from "../wire/link.js";
import { Uploader } from "../wire/upload.js";
import { modesBox } from "./modes_box.js";
import { uploadBox } from "./upload_box.js";

const ORDERS: Record<Order, string> = {
  plain: "Plain: entries are read row by row and cut into modes.",
  quantised: "Quantised: every mode takes a factor of each axis, so that it stands for one scale of the picture.",
};

export interface DataBar {
  element: HTMLElement;
  upload(file: File): void;
}

export interface DataBarOptions {
  tell: Tell<DataCommand>;
  complain(sentence: string): void;
  say(sentence: string): void;
  /** Stands at the end of the bar: the field of the target error, and what else a widget aims at. */
  aim: HTMLElement;
}

export function dataBar(link: DataLink, { tell, complain, say, aim }: DataBarOptions, signal: AbortSignal): DataBar {
  const dataset = datasetMenu(link, tell, signal);
  const shape = html("span", { class: "tnx-shape" });
  const order = html("select", { class: "tnx-field", "aria-label": "order of the entries", "data-field": "order" });
  order.append(...Object.keys(ORDERS).map((name) => html("option", { value: name }, name)));
  const reshape = (modes: number[], chosen: Order): void => {
    void tell({ kind: "reshape", modes, order: chosen }).then(show); // a refused one is not the one shown
  };
  const modes = modesBox({ choose: reshape, complain }, signal);
  listen(order, "change", () => {
    const data = said<DataRecord>(link.get("data"));
    if (data) reshape(data.modes, order.value as Order);
  }, signal);

  const show = (): void => {
    const data = said<DataRecord>(link.get("data"));
    if (data === null) return;
    setText(shape, `${formatModes(data.shape)} as`);
    modes.show(data);
    order.value = data.order;
    explain(order, ORDERS[data.order]);
  };
  link.on(["data"], show, signal);
  show();

  const uploads = new Uploader(link, { fail: complain, progress: (part, name) => sending.show(part, name), done: (name, note) => say(`${name} is loaded. ${note}`.trim()) }, signal);
  const sending = uploadBox(uploads, signal);
  const element = html("div", { class: "tnx-data", role: "group", "aria-label": "data" },
    dataset, shape, modes.element, order, sending.element, html("span", { class: "tnx-space" }), aim);
  return { element, upload: (file) => uploads.send(file) };
}

const CHOOSING = "Choose the data: a built-in data set, or a file of your own, which you upload or drop anywhere here.";

function datasetMenu(link: DataLink, tell: Tell<DataCommand>, signal: AbortSignal): HTMLElement {
  const menu = html("select", { class: "tnx-field tnx-dataset", "aria-label": "data set", "data-field": "dataset" });
  const show = (): void => {
    const data = said<DataRecord>(link.get("data"));
    const known: readonly DatasetEntry[] = link.get("datasets") ?? [];
    const own = data && !known.some(({ name }) => name === data.name) ? [{ name: data.name, label: data.label }] : [];
    const names = [...own, ...known];
    fillMenu(menu, names, data?.name ?? menu.value);
    explain(menu, `${data?.find ?? ""} ${CHOOSING}`.trim());
  };
  listen(menu, "change", () => {
    const known = (link.get("datasets") ?? []).some(({ name }) => name === menu.value);
    if (known) void tell({ kind: "dataset", name: menu.value }).then(show); // one that failed to load is not the one shown
  }, signal);
  link.on(["datasets", "data"], show, signal);
  show();
  return menu;
}

