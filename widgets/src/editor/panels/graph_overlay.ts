/**
 * The measures of the network's graph over the diagram, while they are switched on: leverages, bottlenecks, and the
 * least cut between two cores or legs that are selected. Python measures; a question is asked anew whenever the draft
 * or the pair changes, and only the answer to the newest one counts.
 */

import { followed, graphMarks, LINE_HEIGHT, type Mark, type Measured } from "../../diagram/graph_marks.js";
import type { Scene } from "../../diagram/scene.js";
import { count } from "../../structure/selection.js";
import { bondLabel, type Draft, draftError, oncePerDraft, reachable, toRecord } from "../../structure/structure.js";
import { setAttributes, setText, svg } from "../../ui/dom.js";
import { formatCount } from "../../ui/format.js";
import { keyed } from "../../ui/keyed.js";
import type { Between, Reply } from "../../wire/editor_state.js";
import type { Desk, GraphSwitch } from "../desk.js";
import type { EditorExtras, EditorHandle } from "../extension_points.js";
import { type CutOverlay, cutOverlay, type ShownCut } from "./cut_overlay.js";
import { bondWords, bottleneckWords, type Ends, endsOf, narrowestOf, pairWords } from "./graph_words.js";

/** The measures that Python sent, with the draft and the pair that they are about. */
interface Answer {
  readonly graph: string;
  readonly draft: Draft;
  readonly leverages: readonly number[];
  readonly bottlenecks: readonly number[];
  readonly ends: Ends | null;
  readonly between: Between | null;
}

/** The part of a draft that its measures depend on, as text: legs, bonds and ranks, not positions. */
const graphKey = oncePerDraft(({ cores, bonds }) =>
  JSON.stringify([cores.map(({ name, legs }) => [name, legs]), bonds.map((bond) => [bond.cores, bond.rank])]),
);

export class GraphOverlay implements GraphSwitch {
  shown = false;
  /** Called when the measures or their words have changed. */
  changed: () => void = () => {};
  /** Called with words that a person has just asked for by a selection. */
  say: (sentence: string) => void = () => {};
  private asked = "";
  private question = 0;
  private answer: Answer | null = null;
  private refusal = "";
  private placed: { readonly scene: Scene; readonly words: string; readonly marks: readonly Mark[] } | null = null;
  private readonly painted = new WeakMap<Element, Mark>();
  private readonly group = svg("g", { class: "tn-graph", "aria-hidden": "true" });
  private readonly cut: CutOverlay = cutOverlay();

  constructor(
    private readonly desk: () => Desk,
    private readonly extras: EditorExtras,
  ) {}

  toggle(): void {
    this.shown = !this.shown;
    this.asked = this.refusal = "";
    this.answer = null;
    this.question += 1; // an answer still on its way is ignored
    this.say(this.shown ? "Measures of the graph shown." : "Measures of the graph hidden.");
    this.changed();
    this.extras.onGraph?.(this.shown);
  }

  /** Ask Python to measure the draft, unless it has been asked about this draft and pair already. */
  refresh(): void {
    if (!this.shown) return;
    const { store, stage, link } = this.desk();
    const draft = store.committed;
    const ends = endsOf(draft, stage.targets);
    const pair = ends === null || ends.cores[0] === ends.cores[1] ? null : ends.cores;
    const asked = `${graphKey(draft)} ${ends?.words ?? ""}`;
    if (asked === this.asked) return;
    this.asked = asked;
    const mine = ++this.question;
    this.refusal = draftError(draft);
    if (this.refusal !== "") return;
    const newest = (): boolean => mine === this.question && !this.desk().signal.aborted;
    link.send<Reply>({ kind: "measure", structure: toRecord(draft), pair: pair && [...pair] }).then(
      (reply) => newest() && this.take(reply, draft, ends),
      (error: Error) => newest() && this.refuse(error.message),
    );
  }

  private take(reply: Reply, draft: Draft, ends: Ends | null): void {
    const { leverages = [], bottlenecks = [], pair = null } = reply;
    this.refusal = "";
    this.answer = { graph: graphKey(draft), draft, leverages, bottlenecks, ends, between: pair };
    if (ends !== null) this.say(pairWords(draft, ends, pair));
    this.changed();
  }

  private refuse(why: string): void {
    this.refusal = why;
    this.changed();
  }

  /** The answer if it is about the graph on screen, else null. */
  private get current(): Answer | null {
    const { store } = this.desk();
    const same = this.shown && this.refusal === "" && this.answer?.graph === graphKey(store.committed);
    return same ? this.answer : null;
  }

  /** The answer if it also compares the two items selected, else null. */
  private get compared(): (Answer & { ends: Ends }) | null {
    const answer = this.current;
    const { store, stage } = this.desk();
    const ends = endsOf(store.committed, stage.targets);
    return answer?.ends && answer.ends.words === ends?.words ? { ...answer, ends } : null;
  }

  /** Words for the line under the diagram: about a bond, about the two items selected, or about the whole network. */
  words(bond: string | null): string {
    if (!this.shown) return "";
    if (this.refusal !== "") return `not measured: ${this.refusal}`;
    const answer = this.current;
    if (answer === null) return "";
    const place = answer.draft.bonds.findIndex(({ id }) => id === bond);
    const narrow = narrowestOf(answer.draft, answer.bottlenecks) >= 0 && answer.bottlenecks.includes(place);
    if (place >= 0) return bondWords(answer.leverages[place] ?? 0, narrow);
    if (this.compared !== null) return pairWords(answer.draft, this.compared.ends, answer.between);
    return count(this.desk().stage.targets) === 0 ? bottleneckWords(answer.draft, answer.bottlenecks) : "";
  }

  /** Whether the words compare two items; they then name the selection themselves. */
  get comparing(): boolean {
    return this.compared !== null;
  }

  /** Follow the drawing. */
  redraw(handle: EditorHandle): void {
    if (!this.shown || this.answer === null || this.refusal !== "") {
      this.group.remove();
      return this.cut.show(null, handle);
    }
    const { draft, scene } = handle.drawn();
    const dragging = draft !== this.desk().store.committed;
    if (dragging) this.cut.redraw(handle);
    else this.cut.show(this.leastCut(), handle);
    if (handle.overlay.lastChild !== this.group) handle.overlay.append(this.group); // words over the line of the cut
    setAttributes(this.group, { "data-state": this.current === null ? "old" : "live" });
    if (!dragging || this.placed === null) this.place(scene, this.measured(this.answer));
    const marks = this.placed === null ? [] : followed(this.placed.marks, this.placed.scene, scene);
    const update = (element: SVGGElement, mark: Mark): void => {
      if (this.painted.get(element) !== mark) paintMark(element, mark);
      this.painted.set(element, mark);
    };
    keyed(this.group, marks, { key: (mark) => mark.id, make: makeMark, update });
  }

  /** Place the marks, unless they have their places in this scene already. */
  private place(scene: Scene, measured: ReadonlyMap<string, Measured>): void {
    const words = JSON.stringify([...measured]);
    if (this.placed?.scene === scene && this.placed.words === words) return;
    this.placed = { scene, words, marks: graphMarks(scene, measured) };
  }

  private measured({ draft, leverages, bottlenecks }: Answer): Map<string, Measured> {
    const tightest = narrowestOf(draft, bottlenecks);
    const [narrow, live] = [new Set(tightest >= 0 ? bottlenecks : []), this.current !== null];
    return new Map(
      draft.bonds.map((bond, index) => {
        const { id, rank } = bond;
        const note = !live ? "" : (this.extras.bondNote?.({ id, index, label: bondLabel(bond), rank }) ?? "");
        const words = [(leverages[index] ?? 0).toFixed(2), note, index === tightest ? BOTTLENECK : ""];
        return [id, { words: words.filter((word) => word !== ""), narrow: narrow.has(index) }];
      }),
    );
  }

  private leastCut(): ShownCut | null {
    const answer = this.compared;
    if (answer === null || answer.between === null) return null;
    const crossing = answer.between.bonds.flatMap((place) => answer.draft.bonds[place]?.id ?? []);
    const words = `least cut ${formatCount(answer.between.cut_rank)}`;
    return { modes: [], crossing, inside: reachable(answer.draft, answer.draft.cores[answer.ends.cores[0]]?.name ?? "", crossing), words, old: false };
  }
}

const BOTTLENECK = "bottleneck";

const makeMark = (): SVGGElement => svg("g", {}, svg("path", { class: "tn-narrow" }), svg("text", { class: "tn-measure" }));

function paintMark(element: SVGGElement, { id, at, words, brackets }: Mark): void {
  setAttributes(element, { "data-measure": id, "data-narrow": brackets === "" ? null : "" });
  setAttributes(element.firstElementChild as Element, { d: brackets || null });
  const text = element.lastElementChild as Element;
  const lines = words.map((word, k) => ({ word, k }));
  const top = at.y - ((words.length - 1) / 2) * LINE_HEIGHT;
  keyed(text, lines, {
    key: ({ k }) => String(k),
    make: () => svg("tspan", { dy: "0.35em" }),
    update(line, { word, k }) {
      setAttributes(line, { x: at.x.toFixed(1), y: (top + k * LINE_HEIGHT).toFixed(1), class: word === BOTTLENECK ? "tn-narrow-word" : null });
      setText(line, word);
    },
  });
}
