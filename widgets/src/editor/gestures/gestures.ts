/** Mouse, pen and touch on the diagram: presses become selections and drags, two fingers zoom and pan. */

import { HIT_PIXELS } from "../../diagram/geometry.js";
import { count, includes, type Item, NOTHING, only, toggle } from "../../structure/selection.js";
import { isField, listen } from "../../ui/dom.js";
import { distance, middle, type Point } from "../../ui/plane.js";
import { run } from "../commands.js";
import { commitAndFocus, type Desk } from "../desk.js";
import { openField } from "../drawing_commands.js";
import { boxSelect, type Drag, moveCores, panView, pullBond, pullJoin, pullLeg, type Start } from "./drags.js";
import { Ghosts, onBody } from "./ghosts.js";
import { onWheel } from "./wheel.js";
import * as edits from "../../structure/edits.js";

/** Milliseconds of a long press, which stands for a double click on touch screens. */
const LONG_PRESS_MS = 550;
/** Pixels that a press may move before it becomes a drag. */
const SLACK = { mouse: 4, pen: 6, touch: 10 } as const;

interface Press {
  readonly event: PointerEvent;
  readonly item: Item | null;
  readonly from: Point;
  readonly start: Start | null;
  drag: Drag | null;
}

export class Gestures {
  private press: Press | null = null;
  private readonly moves = new Map<number, PointerEvent>();
  private frame = 0;
  private readonly fingers = new Map<number, PointerEvent>();
  private longPress: ReturnType<typeof setTimeout> | undefined;
  private readonly ghosts: Ghosts;
  private spaceHeld = false;

  constructor(private readonly desk: Desk) {
    const { stage, signal } = desk;
    this.ghosts = new Ghosts(stage);
    desk.store.interrupt = () => this.cancel();
    listen(stage.svg, "pointerdown", (event) => this.down(event), signal);
    listen(stage.svg, "pointermove", (event) => this.moveLater(event), signal);
    listen(stage.svg, "pointerup", (event) => this.up(event), signal);
    listen(stage.svg, "pointercancel", (event) => this.lost(event), signal);
    listen(stage.svg, "dblclick", (event) => this.open(stage.itemOf(event.target), stage.toDiagram(event)), signal);
    listen(stage.svg, "wheel", onWheel(desk), { signal, passive: false });
    listen(desk.root, "keydown", (event) => this.holdSpace(event, true), signal);
    listen(desk.root, "keyup", (event) => this.holdSpace(event, false), signal);
    signal.addEventListener("abort", () => {
      clearTimeout(this.longPress);
      cancelAnimationFrame(this.frame);
    });
  }

  /** Follow the pointers once in a frame: of the moves in between only the last of each counts. */
  private moveLater(event: PointerEvent): void {
    if (this.press === null && this.fingers.size === 0) return;
    if (this.moves.size === 0) this.frame = requestAnimationFrame(() => this.moveNow());
    this.moves.set(event.pointerId, event);
  }

  private moveNow(): void {
    cancelAnimationFrame(this.frame);
    const moves = [...this.moves.values()];
    this.moves.clear();
    for (const event of moves) this.move(event);
  }

  /** Cancel the drag; return whether there was one. */
  cancel(): boolean {
    const dragging = this.press?.drag != null;
    this.moves.clear();
    cancelAnimationFrame(this.frame);
    this.press = null;
    clearTimeout(this.longPress);
    this.ghosts.clear();
    if (dragging) this.desk.store.preview(null);
    return dragging;
  }

  private holdSpace(event: KeyboardEvent, held: boolean): void {
    if (event.key === " " && !isField(event.target)) this.spaceHeld = held && this.desk.stage.focusedItem === null;
  }

  private down(event: PointerEvent): void {
    if (event.button > 1) return;
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, event);
    if (this.fingers.size === 2) return void this.cancel();
    if (this.press !== null && !event.isPrimary) return;
    this.cancel();
    const { stage } = this.desk;
    const from = stage.toDiagram(event);
    const panning = event.button === 1 || this.spaceHeld;
    const item = panning ? null : stage.itemOf(event.target);
    const start = panning ? panView() : this.startOf(item, from, event);
    if (panning) event.preventDefault();
    else this.choose(item, event);
    stage.focusOn(item);
    this.press = { event, item, from, start, drag: null };
    if (event.pointerType === "touch") this.longPress = setTimeout(() => this.holdOn(item, from), LONG_PRESS_MS);
  }

  private holdOn(item: Item | null, at: Point): void {
    this.cancel();
    this.open(item, at);
  }

  private choose(item: Item | null, event: PointerEvent): void {
    const { store } = this.desk;
    if (item === null) {
      if (!event.shiftKey && count(store.selection) > 0) store.select(NOTHING);
    } else if (event.shiftKey && !this.pullsLeg(item, event)) store.select(toggle(store.selection, item));
    else if (!includes(store.selection, item)) store.select(only(item));
  }

  /** Shift on the rim pulls out a leg; on the body it adds to the selection. */
  private pullsLeg(item: Item, event: PointerEvent): boolean {
    return item.kind === "core" && !this.desk.store.locked && !this.isBody(item.id, this.desk.stage.toDiagram(event));
  }

  private isBody(name: string, at: Point): boolean {
    const core = this.desk.stage.scene.cores.find((other) => other.name === name);
    return core === undefined || onBody(distance(core, at), core.radius, this.desk.stage.scale);
  }

  private startOf(item: Item | null, from: Point, event: PointerEvent): Start | null {
    const { store, stage } = this.desk;
    if (item === null) return boxSelect(event.shiftKey ? store.selection : NOTHING);
    if (store.readOnly) return null;
    if (item.kind === "leg") return pullLeg(item.id);
    if (item.kind === "bond") {
      const dot = stage.scene.bonds.find((bond) => bond.id === item.id)?.dot;
      return dot && distance(dot, from) < Math.max(20, HIT_PIXELS / stage.scale) ? pullJoin(item.id) : null;
    }
    const moves = this.isBody(item.id, from) || (event.pointerType === "touch" && !includes(store.selection, item));
    return moves ? moveCores(item.id) : pullBond(item.id);
  }

  private move(event: PointerEvent): void {
    if (this.fingers.has(event.pointerId)) {
      const before = new Map(this.fingers);
      this.fingers.set(event.pointerId, event);
      if (this.fingers.size === 2) return this.pinch([...before.values()], [...this.fingers.values()]);
    }
    const press = this.press;
    if (press === null || event.pointerId !== press.event.pointerId) return;
    const slack = SLACK[event.pointerType as keyof typeof SLACK] ?? 4;
    const far = Math.hypot(event.clientX - press.event.clientX, event.clientY - press.event.clientY) > slack;
    if (press.drag === null && far && press.start !== null) {
      clearTimeout(this.longPress);
      capture(this.desk.stage.svg, event.pointerId);
      press.drag = press.start(this.desk, this.ghosts, press.from);
    }
    press.drag?.move(this.desk.stage.toDiagram(event), event);
  }

  private pinch(before: PointerEvent[], after: PointerEvent[]): void {
    const { stage } = this.desk;
    const points = (events: PointerEvent[]): Point[] => events.map((event) => ({ x: event.clientX, y: event.clientY }));
    const [a, b, c, d] = [...points(before), ...points(after)] as [Point, Point, Point, Point];
    const [old, now] = [middle(a, b), middle(c, d)];
    stage.pan(now.x - old.x, now.y - old.y);
    const factor = distance(c, d) / Math.max(1, distance(a, b));
    stage.zoom(factor, stage.toDiagram({ clientX: now.x, clientY: now.y }));
  }

  private up(event: PointerEvent): void {
    this.moveNow();
    this.fingers.delete(event.pointerId);
    const press = this.press;
    if (press === null || event.pointerId !== press.event.pointerId) return;
    clearTimeout(this.longPress);
    this.press = null;
    this.ghosts.clear();
    if (press.drag !== null) press.drag.drop(this.desk.stage.toDiagram(event), event);
    else if (press.item !== null && !event.shiftKey && event.button === 0) this.desk.store.select(only(press.item));
    this.ghosts.clear();
  }

  private lost(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.cancel();
  }

  /** Double click or long press: type a number, or add a core on the void. */
  private open(item: Item | null, at: Point): void {
    const { store } = this.desk;
    if (item !== null) {
      if (item.kind !== "core") openField(this.desk, item);
    } else if (store.readOnly) run(this.desk, "core");
    else commitAndFocus(this.desk, edits.addCore(store.committed, at));
  }
}

// Only once a drag has begun: a captured pointer would send the double click to the diagram instead of the bond.
function capture(element: Element, pointer: number): void {
  try {
    element.setPointerCapture(pointer);
  } catch {
    // A pointer that is gone already, or a page without capture: the drag ends with the element.
  }
}
