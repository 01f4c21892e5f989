/**
 * The Explorer: the editor, surrounded by the results of fitting its draft. Mounted by `explorer.ts`.
 *
 * For tests: [data-field="relative-error" | "parameters" | "compression-ratio" | "contraction-cost" | "fit-status"] with
 * data-value (the raw number) and data-edit (the edit it belongs to); the first two have data-updated, the
 * `performance.now()` of their last change; "error-bound" | "upper-bound" | "binding-cut" | "minimum" | "gap" likewise
 * (data-complete and data-proved once nothing is left to look at). [data-action="proof"] opens the proof, with .tn-cut in the diagram;
 * [data-action="pause" | "stop" | "restart" | "try-seeds" | "save" | "open" |
 * "upload"], [data-point=ID] in the chart, [data-history=ID], [data-picture="tensor" | "reconstruction" | "residual"].
 * data-state on a number: live, paused, still, old or none.
 */

import { type DataBar, dataBar } from "../data/data_bar.js";
import { dropZone } from "../data/drop_zone.js";
import { targetField } from "../data/target_field.js";
import { type BondInfo, mountEditor } from "../editor/editor.js";
import { type CutOverlay, cutOverlay, type ShownCut } from "../editor/panels/cut_overlay.js";
import { bondLabel } from "../structure/structure.js";
import { html, listen, setAttributes } from "../ui/dom.js";
import { floorShort, formatCount, formatShort } from "../ui/format.js";
import { keepKeys } from "../ui/keep_keys.js";
import { type Alert, problemAlert } from "../ui/notices.js";
import { tooltip } from "../ui/tooltip.js";
import { teller } from "../wire/commands.js";
import type { Numbers } from "../wire/editor_state.js";
import type { StructureRecord } from "../wire/editor_state.js";
import type { ErrorBound, ExplorerCommand, ExplorerLink, ExplorerState, FitState, MinimumState, Spectra } from "../wire/explorer_state.js";
import { beats } from "../wire/heartbeat.js";
import { said } from "../wire/link.js";
import { asking } from "./asking.js";
import { type CertificatePanel, certificatePanel } from "./certificate_panel.js";
import { effectiveRank, inScope, minimumStory, oneMoreWords } from "./certificate_words.js";
import { pinsPanel } from "./compare/pins_panel.js";
import { errorOf, type ExplorerContext, visitOf } from "./context.js";
import { fileMenu } from "./file_menu.js";
import { type FitBar, fitBar, isMilestone, milestoneWords } from "./fit_bar.js";
import { type HistoryBar, historyBar, sessionButtons } from "./history_bar.js";
import { lostBanner } from "./lost.js";
import { freshness, type NumbersPanel, numbersPanel } from "./numbers_panel.js";
import { picturesPanel } from "./pictures/pictures_panel.js";
import { sentence } from "./sentence/sentence.js";
import { errorPerSweep, leastErrors, singularValues, type SmallChart, type Spectrum } from "./small_charts.js";
import { type Chart, type ChartState, tradeOffChart } from "./trade_off_chart.js";
import { Visits } from "./visits.js";

interface ExplorerParts extends ExplorerContext {
  numbers: NumbersPanel;
  proofs: CertificatePanel;
  cut: CutOverlay;
  /** Whether the proof is open: the drawn cut, its spectrum and the hatch are part of it. */
  proofOpen: boolean;
  /** The cut as it was when it belonged to the draft. */
  lastCut: ShownCut | null;
  badge: string;
  fit: FitBar;
  chart: Chart;
  sweeps: SmallChart<{ errors: readonly number[]; old: boolean }>;
  spectrum: SmallChart<Spectrum | null>;
  history: HistoryBar;
  problem: Alert;
  logError: boolean;
  /** The milestone that was spoken last. */
  spoken: string;
}

/** Put an Explorer on the page; its parts fill with the state of its piece in Python. */
export function mountExplorer(root: HTMLElement, link: ExplorerLink, signal: AbortSignal): void {
  root.classList.add("tn-theme", "tnx");
  setAttributes(root, { role: "region", "aria-label": link.get("label") || "Tensor network explorer" });
  const tip = tooltip(root, signal);
  const problem = problemAlert(signal);
  const drafts: (() => void)[] = [];
  const visited: (() => void)[] = [];
  const tell = teller<ExplorerCommand>(link, problem.show, { quiet: true });
  const restore = (id: number): void => void tell({ kind: "restore", id });
  const place = html("div", {});
  const cut = cutOverlay();
  let ready = false; // the editor draws before the parts around it exist
  const extras = {
    hideNumbers: true,
    complain: problem.show,
    onSelect: () => showSpectrum(parts),
    onDraft: () => {
      showDraft(parts);
      for (const changed of drafts) changed();
    },
    afterDraw: cut.redraw,
    bondBadge: (bond: BondInfo) => (ready ? badgeOf(parts, bond.index) : ""),
    bondNote: (bond: BondInfo) => (ready ? noteOf(parts, bond.index) : ""),
    onGraph: () => showCut(parts),
  };
  const proofs = certificatePanel((shown) => {
    parts.proofOpen = shown;
    showCut(parts);
    showChart(parts);
    showSpectrum(parts);
  }, signal);
  const parts: ExplorerParts = {
    root, link, tell, tip, problem, proofs, cut, proofOpen: false, lastCut: null, badge: "", logError: true, spoken: "",
    complain: problem.show,
    say: (sentence) => parts.editor.say(sentence),
    onDraft: (changed) => void drafts.push(changed),
    onVisits: (changed) => void visited.push(changed),
    editor: mountEditor(place, link, signal, extras),
    numbers: numbersPanel(proofs),
    fit: fitBar(tell, signal),
    chart: tradeOffChart({ tip, restore, structureOf: async (id) => (await link.send<{ structure: StructureRecord }>({ kind: "visit_structure", id })).structure }, signal),
    sweeps: errorPerSweep(signal),
    spectrum: singularValues(signal),
    history: historyBar(restore, signal),
    visits: new Visits(link, () => {
      showVisited(parts);
      for (const changed of visited) changed();
    }, signal),
  };
  ready = true;
  const aim = targetField(link, { choose: (value) => tell({ kind: "target", value }), complain: problem.show }, signal);
  const data = dataBar(link, { tell, complain: problem.show, say: parts.editor.say, aim }, signal);
  root.prepend(arrange(parts, data, place, signal));
  dropZone(root, data.upload, signal, () => link.get("files").words);
  listen(root, "change", () => problem.hide(), { signal, capture: true });
  keepKeys(root, signal);
  follow(parts, signal);
  beats(link, signal);
}


function panel(name: string, label: string, ...children: Node[]): HTMLElement {
  return html("section", { class: `tnx-panel tnx-${name}-panel`, "aria-label": label }, ...children);
}

function region(name: string, ...children: Node[]): HTMLElement {
  return html("div", { class: `tnx-${name}-region` }, ...children);
}

/** The regions of the page, in the order in which they are read; each has an area of its own in the grid of explorer.css. */
function arrange(parts: ExplorerParts, data: DataBar, editor: HTMLElement, signal: AbortSignal): HTMLElement {
  const { tell, numbers, fit, chart, sweeps, spectrum, history, problem } = parts;
  const chartTitle = html("span", { class: "tnx-title" }, "trade-off");
  const small = html("div", { class: "tnx-smalls" }, sweeps.element, spectrum.element);
  const files = sessionButtons(() => tell({ kind: "save" }), data.upload, signal);
  return html("div", { class: "tnx-grid" },
    region("data", lostBanner(parts, signal), data.element),
    region("sentence", sentence(parts, signal)),
    panel("diagram", "diagram", editor, asking(parts, signal), problem.element),
    panel("pictures", "pictures", picturesPanel(parts, signal)),
    panel("numbers", "numbers", numbers.element, fit.element),
    panel("chart", "trade-off", html("div", { class: "tnx-head" }, chartTitle, scaleSwitch(parts, signal)), chart.element, chart.legend),
    panel("compare", "compare", pinsPanel(parts, signal)),
    region("foot", small, history.element, files, fileMenu(parts, signal)),
  );
}

/** Whether the error axis of the chart is logarithmic. */
function scaleSwitch(parts: ExplorerParts, signal: AbortSignal): HTMLElement {
  const box = html("input", { type: "checkbox", "data-field": "log-error", checked: true });
  listen(box, "change", () => {
    parts.logError = box.checked;
    showChart(parts);
  }, signal);
  return html("label", { class: "tnx-switch", "data-tip": "Logarithmic error axis" }, box, html("span", {}, "log error"));
}

function follow(parts: ExplorerParts, signal: AbortSignal): void {
  const { link } = parts;
  const tell: [readonly (keyof ExplorerState)[], () => void][] = [
    [["numbers"], () => showDraft(parts)],
    [["fit"], () => showFit(parts)],
    [["target_error"], () => showFit(parts)],
    [["spectra"], () => showSpectra(parts)],
    [["pins", "references"], () => showChart(parts)],
    [["bound"], () => showBound(parts)],
    [["minimum"], () => (showProofs(parts), showChart(parts))],
  ];
  for (const [names, show] of tell) {
    link.on(names, show, signal);
    show();
  }
}

/** Show a changed draft: counts at once; whatever belongs to an earlier draft is dimmed. */
function showDraft(parts: ExplorerParts): void {
  parts.numbers.showDraft(parts.editor.report(), said<Numbers>(parts.link.get("numbers")));
  showFit(parts);
  showSpectrum(parts);
  showCut(parts);
}

function showFit(parts: ExplorerParts): void {
  const { link, editor, numbers, fit, sweeps } = parts;
  const state = said<FitState>(link.get("fit"));
  const report = editor.report();
  const { edit } = report;
  const old = freshness(state, edit) === "old";
  numbers.showFit(state, edit);
  const bound = said<ErrorBound>(link.get("bound"));
  numbers.showTarget(link.get("target_error") ?? 0, old ? null : (state?.relative_error ?? null), bound?.edit === edit ? bound.error_bound : 0);
  showProofs(parts);
  showBadge(parts);
  fit.show(state, report);
  sweeps.show({ errors: leastErrors(state?.errors ?? [], state?.relative_error ?? null), old });
  showVisited(parts);
  if (state !== null && !old) speak(parts, state);
}

/** Speak when a fit has ended; sweeps are not spoken. */
function speak(parts: ExplorerParts, state: FitState): void {
  const milestone = isMilestone(state) ? `${state.generation} ${state.state}` : "";
  if (milestone === parts.spoken) return;
  parts.spoken = milestone;
  if (milestone) parts.editor.say(milestoneWords(state));
}

function showChart(parts: ExplorerParts): void {
  const { link, editor, chart, logError, proofOpen, visits } = parts;
  const state = said<FitState>(link.get("fit"));
  const report = editor.report();
  chart.show({
    visited: visits.all,
    currentId: visitOf(parts),
    now: { parameters: report.parameters, error: state?.relative_error ?? null, old: freshness(state, report.edit) === "old" },
    target: link.get("target_error") ?? 0,
    impossible: proofOpen ? impossible(link, report.structure) : null,
    logError,
    pins: link.get("pins") ?? [],
    references: link.get("references") ?? [],
    formats: (link.get("presets") ?? []).map(({ label }) => label),
  });
}

/** The proved minimum for the present target, which the trade-off chart hatches; null where none is proved for what is drawn. */
function impossible(link: ExplorerLink, drawn: StructureRecord): ChartState["impossible"] {
  const minimum = said<MinimumState>(link.get("minimum"));
  if (minimum === null || minimum.parameters === null || minimum.target !== link.get("target_error")) return null;
  if (!inScope(drawn, minimum.family)) return null;
  const { parameters, target, kind } = minimum;
  const words = `proved impossible for ${kind}: fewer than ${formatCount(parameters)} parameters and a relative error of at most ${floorShort(target)}`;
  return { parameters, kind, words, story: minimumStory(minimum) };
}

/** Show a new bound everywhere it appears. */
function showBound(parts: ExplorerParts): void {
  showFit(parts);
  showSpectrum(parts);
  showCut(parts);
}

function showProofs(parts: ExplorerParts): void {
  const { link, editor, proofs } = parts;
  proofs.show({
    bound: said<ErrorBound>(link.get("bound")),
    minimum: said<MinimumState>(link.get("minimum")),
    report: editor.report(),
    error: errorOf(parts),
    target: link.get("target_error") ?? 0,
  });
}

/** Draw the binding cut; until a new draft has its own, the old one stays dimmed, as long as its bonds are there. */
function showCut(parts: ExplorerParts): void {
  const { link, editor, cut } = parts;
  const bound = said<ErrorBound>(link.get("bound"));
  const report = editor.report();
  const ids = report.bonds.map(({ id }) => id);
  if (bound?.edit === report.edit) {
    const crossing = bound.crossing.flatMap((place) => ids[place] ?? []);
    parts.lastCut = crossing.length > 0 ? { modes: bound.cut, crossing, words: `cut rank ${formatCount(bound.cut_rank)}`, old: false } : null;
  } else if (parts.lastCut !== null) {
    const whole = bound !== null && parts.lastCut.crossing.every((id) => ids.includes(id));
    parts.lastCut = whole ? { ...parts.lastCut, old: true } : null;
  }
  cut.show(parts.proofOpen && !editor.graphShown() ? parts.lastCut : null, editor); // the graph has a cut of its own
}

/** The words that the line under the diagram adds about a bond; "" for what belongs to an earlier draft. */
function badgeOf(parts: ExplorerParts, index: number): string {
  const { link, editor } = parts;
  const { edit } = editor.report();
  const bound = said<ErrorBound>(link.get("bound"));
  const rank = effectiveRankOf(parts, index);
  const effective = rank === null ? "" : `effective rank ${formatShort(rank)}`;
  const gain = bound?.edit === edit ? oneMoreWords(bound, index, errorOf(parts)) : "";
  return [gain, effective].filter((words) => words !== "").join("  \u00b7  ");
}

/** The effective rank of a bond; null where its singular values belong to an earlier draft. */
function effectiveRankOf({ link, editor }: ExplorerParts, index: number): number | null {
  const spectra = said<Spectra>(link.get("spectra"));
  const values = spectra?.edit === editor.report().edit ? (spectra.values[index] ?? []) : [];
  return values.length > 1 ? effectiveRank(values) : null;
}

/** The note beside a bond while the graph's measures are shown. */
function noteOf(parts: ExplorerParts, index: number): string {
  const rank = effectiveRankOf(parts, index);
  return rank === null ? "" : `effective ${rank.toFixed(1)}`;
}

/** New singular values: drawn at once where the diagram shows effective ranks. */
function showSpectra(parts: ExplorerParts): void {
  showSpectrum(parts);
  if (parts.editor.graphShown()) parts.editor.refresh();
  else showBadge(parts);
}

/** The place of the selected bond; -1 for none. */
const selectedBond = ({ editor }: ExplorerParts): number => editor.report().bonds.findIndex(({ id }) => id === editor.selection().bonds[0]);

/** Refresh the line under the diagram when its words about the selected bond have changed. */
function showBadge(parts: ExplorerParts): void {
  const { editor } = parts;
  const place = selectedBond(parts);
  const badge = place < 0 ? "" : badgeOf(parts, place);
  if (badge === parts.badge) return;
  parts.badge = badge;
  editor.refresh();
}

function showVisited(parts: ExplorerParts): void {
  parts.history.show(parts.visits.all, visitOf(parts));
  showChart(parts);
}

/** The singular values of the selected bond, else of the tensor across the binding cut. */
function showSpectrum(parts: ExplorerParts): void {
  const { editor, link, spectrum } = parts;
  const report = editor.report();
  const place = selectedBond(parts);
  const bond = report.bonds[place];
  if (bond === undefined) return spectrum.show(parts.proofOpen ? spectrumOfCut(parts) : null);
  const spectra = said<Spectra>(link.get("spectra"));
  spectrum.show({ title: `singular values of ${bondLabel(bond)}`, values: spectra?.values[place] ?? [], old: spectra?.edit !== report.edit });
}

function spectrumOfCut({ link, editor }: ExplorerParts): Spectrum | null {
  const bound = said<ErrorBound>(link.get("bound"));
  if (bound === null || bound.spectrum.length === 0) return null;
  const note = `cut rank ${formatCount(bound.cut_rank)}`;
  return { title: "singular values across the cut", values: bound.spectrum, kept: bound.cut_rank, note, old: bound.edit !== editor.report().edit };
}
