/**
 * The pins: cards of structures that a person keeps. A click on one goes back to it, two that are chosen are shown side
 * by side. For tests: [data-pin=ID], [data-action="pin" | "restore-pin" | "unpin" | "put-back" | "side-by-side"],
 * [data-field="compare" | "pin-name" | "sort-pins"].
 */

import { button, setUsable } from "../../ui/buttons.js";
import { focused, html, isField, listen, setAttributes, setText } from "../../ui/dom.js";
import { keyed } from "../../ui/keyed.js";
import { roving } from "../../ui/roving.js";
import type { PinRecord } from "../../wire/explorer_state.js";
import type { ExplorerContext } from "../context.js";
import { differenceWords } from "./difference_words.js";
import { type CardHands, makeCard, showCard } from "./pin_card.js";
import { sideBySide } from "./side_by_side.js";
import { type SmallPicture, smallPicture } from "./small_picture.js";
import { startsStrip } from "./starts_strip.js";

const ORDERS = { turn: "as pinned", error: "by error", size: "by size" } as const;
type Order = keyof typeof ORDERS;

/** The pins in an order; those without an error are last by error. */
export function inOrder(pins: readonly PinRecord[], order: Order): PinRecord[] {
  const rank = ({ relative_error, parameters }: PinRecord): number => (order === "error" ? (relative_error ?? Infinity) : order === "size" ? parameters : 0);
  return [...pins].sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)));
}

/** What the two pins that are compared are called. */
const LETTERS = ["A", "B"];
const EMPTY = "Pin a structure to keep its cores, its picture and its error, and to compare it with others.";

export function pinsPanel(context: ExplorerContext, signal: AbortSignal): HTMLElement {
  return new PinsPanel(context, signal).element;
}

class PinsPanel {
  readonly element: HTMLElement;
  private readonly list = html("ul", { class: "tnx-pins", "aria-label": "pins" });
  private readonly note = html("p", { class: "tnx-pins-note" });
  private readonly gone = html("span", {});
  private readonly sort = html("select", { class: "tnx-field", "data-field": "sort-pins", "aria-label": "Order of the pins" },
    ...Object.entries(ORDERS).map(([name, words]) => html("option", { value: name }, words)));
  private readonly buttons: ReturnType<typeof panelButtons>;
  private readonly settle: () => void;
  private readonly picture: (card: HTMLElement, pin: PinRecord) => void;
  private readonly hands: CardHands = {
    open: (id) => void this.context.tell({ kind: "restore_pin", id }),
    rename: (id, name) => void this.context.tell({ kind: "rename_pin", id, name }),
    remove: (id) => this.remove(id),
    choose: (id, chosen) => this.choose(id, chosen),
  };
  /** The pins that are compared, and the name of the one taken away last; "" for none. */
  private chosen: readonly number[] = [];
  private removed = "";

  constructor(
    private readonly context: ExplorerContext,
    private readonly signal: AbortSignal,
  ) {
    this.buttons = panelButtons({ keep: () => void this.keep(), compare: () => this.compare(), bringBack: () => void this.bringBack() }, signal);
    this.settle = cardKeys(this.list, this.hands, signal);
    this.picture = thumbnails(context);
    const { pin, beside, undo } = this.buttons;
    const head = html("div", { class: "tnx-head" }, html("span", { class: "tnx-title" }, "compare"), html("span", { class: "tnx-buttons" }, this.sort, beside, pin));
    this.element = html("div", { class: "tnx-compare" }, head, startsStrip(context, signal), this.list, html("div", { class: "tnx-pins-gone" }, this.gone, undo), this.note);
    listen(this.sort, "change", () => this.show(), signal);
    listen(context.root, "keydown", (event) => this.press(event), { signal, capture: true }); // the editor keeps its keys
    context.link.on(["pins"], () => this.show(), signal);
    context.onDraft(() => this.show());
    this.show();
  }

  private get pins(): readonly PinRecord[] {
    return this.context.link.get("pins") ?? [];
  }

  private press(event: KeyboardEvent): void {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (event.key.toLowerCase() !== "p" || !plain || isField(event.target)) return;
    event.preventDefault();
    void this.keep();
  }

  private async keep(): Promise<void> {
    const before = this.pins.length;
    await this.context.tell({ kind: "pin" });
    this.context.say(this.pins.length > before ? `Pinned: ${this.pins.at(-1)?.name}.` : "No further pin.");
  }

  /** Take a pin away; the focus goes to a neighbour. */
  private remove(id: number): void {
    const cards = [...this.list.children];
    const place = cards.findIndex((card) => card.getAttribute("data-pin") === String(id));
    const next = (cards[place + 1] ?? cards[place - 1])?.querySelector<HTMLElement>(".tnx-pin-open") ?? this.buttons.pin;
    this.removed = this.pins.find((pin) => pin.id === id)?.name ?? "";
    if (this.list.contains(focused(this.list))) next.focus();
    void this.context.tell({ kind: "unpin", id }).then(() => this.context.say(`Taken away: ${this.removed}.`));
  }

  private async bringBack(): Promise<void> {
    await this.context.tell({ kind: "put_back" });
    this.removed = "";
    this.show();
    this.buttons.pin.focus();
  }

  private choose(id: number, chosen: boolean): void {
    const others = this.chosen.filter((each) => each !== id);
    this.chosen = chosen ? [...others.slice(-1), id] : others;
    this.show();
  }

  private get pair(): readonly [PinRecord, PinRecord] | null {
    const [a, b] = this.chosen.map((id) => this.pins.find((pin) => pin.id === id));
    return a && b ? [a, b] : null;
  }

  private compare(): void {
    if (this.pair) sideBySide(this.context, ...this.pair, this.signal);
  }

  private show(): void {
    const all = inOrder(this.pins, this.sort.value as Order);
    this.chosen = this.chosen.filter((id) => all.some((pin) => pin.id === id));
    keyed(this.list, all, {
      key: ({ id }) => String(id),
      make: (pin) => makeCard(pin, this.hands, this.signal),
      update: (card, pin) => {
        showCard(card, pin, LETTERS[this.chosen.indexOf(pin.id)] ?? "");
        this.picture(card, pin);
      },
      ordered: true,
    });
    this.settle();
    const { pin, beside } = this.buttons;
    setUsable(beside, this.pair !== null);
    setUsable(pin, this.context.editor.report().error === "");
    for (const few of [this.sort, beside]) setAttributes(few, { hidden: all.length < 2 ? "" : null });
    setAttributes(this.gone.parentElement as Element, { hidden: this.removed === "" ? "" : null });
    setText(this.gone, `Taken away: ${this.removed}`);
    setText(this.note, all.length === 0 ? EMPTY : this.pair ? differenceWords(...this.pair) : "");
  }
}

interface PanelHands {
  keep(): void;
  compare(): void;
  bringBack(): void;
}

function panelButtons({ keep, compare, bringBack }: PanelHands, signal: AbortSignal) {
  return {
    pin: button({ icon: "pin", text: "pin", label: "Pin this structure", tip: "Keep this structure with its cores, to compare (P).", action: "pin", onPress: keep }, signal),
    beside: button({ text: "side by side", label: "Show the two chosen pins side by side", tip: "Choose two pins, then see them side by side.", action: "side-by-side", onPress: compare }, signal),
    undo: button({ icon: "undo", text: "bring it back", label: "Bring the pin back", tip: "Bring back the pin that was taken away last.", action: "put-back", onPress: bringBack }, signal),
  };
}

/** Arrow keys go from card to card, and within a card from one control to the next; Delete, Space and F2 act on a card. */
function cardKeys(list: HTMLElement, hands: CardHands, signal: AbortSignal): () => void {
  const controls = (card: Element): HTMLElement[] => [...card.querySelectorAll<HTMLElement>("button, input")];
  listen(list, "keydown", (event) => {
    const card = (event.target as Element).closest("[data-pin]");
    if (card === null || (event.target as Element).matches(".tnx-pin-name")) return;
    const all = controls(card);
    const here = all.indexOf(event.target as HTMLElement);
    const id = Number(card.getAttribute("data-pin"));
    const acts: Record<string, () => void> = {
      ArrowRight: () => all[here + 1]?.focus(),
      ArrowLeft: () => all[here - 1]?.focus(),
      Delete: () => hands.remove(id),
      F2: () => card.querySelector<HTMLInputElement>(".tnx-pin-name")?.select(),
      ...(here > 0 ? { ArrowDown: () => all[0]?.focus(), ArrowUp: () => all[0]?.focus(), Escape: () => all[0]?.focus() } : {}),
      ...(here === 0 ? { " ": () => card.querySelector<HTMLInputElement>("[data-field=compare]")?.click() } : {}),
    };
    const act = acts[event.key];
    if (act === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // or the list would go on to the next card
    act();
  }, signal);
  return roving(list, () => [...list.querySelectorAll<HTMLElement>(".tnx-pin-open")], signal);
}

/** Ask for the picture of a pin once for its cores, and again when its fit has ended. */
function thumbnails({ link }: ExplorerContext): (card: HTMLElement, pin: PinRecord) => void {
  const asked = new Map<number, string>();
  return (card, pin) => {
    const version = pin.running ? "running" : String(pin.relative_error);
    if (!pin.fitted || asked.get(pin.id) === version) return;
    asked.set(pin.id, version);
    link.send<{ picture: SmallPicture }>({ kind: "pin_picture", id: pin.id }).then(
      ({ picture }) => card.querySelector(".tnx-pin-picture")?.replaceChildren(smallPicture(picture, "")),
      () => asked.delete(pin.id), // asked again with the next change
    );
  };
}
