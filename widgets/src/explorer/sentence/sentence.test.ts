// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { FakeModel, square } from "../../testing/fake_model.js";
import type { ExplorerMessage, ExplorerState } from "../../wire/explorer_state.js";
import { widgetLink } from "../../wire/widget_link.js";
import type { ExplorerContext } from "../context.js";
import { GLOSSARY } from "./glossary.js";
import { sentence } from "./sentence.js";

const { signal } = new AbortController();
const data = { name: "x", label: "x", shape: [840], modes: [4, 5, 6, 7], order: "plain", kind: "curve", size: 840, suggestions: [] } as const;

it("keeps the focused word while numbers change, and says more after a click", async () => {
  const model = new FakeModel<ExplorerState>({ data: data as never, fit: {} });
  const report = { structure: square(), parameters: 300, edit: "" };
  const drafts: (() => void)[] = [];
  const context = { link: widgetLink<ExplorerState, ExplorerMessage>(model, signal), editor: { report: () => report }, onDraft: (changed: () => void) => drafts.push(changed) } as unknown as ExplorerContext;
  const element = document.body.appendChild(sentence(context, signal));
  const [line, note] = [...element.children] as HTMLElement[];
  const word = line?.querySelector<HTMLElement>("[data-word=rank]");
  word?.focus();
  expect(line?.textContent).toContain("rank 2 to 5");
  report.structure.bonds[0] = { cores: [0, 1], rank: 9 };
  for (const changed of drafts) changed();
  expect([line?.textContent?.includes("rank 3 to 9"), document.activeElement]).toEqual([true, word]);
  word?.click();
  expect([note?.hidden, note?.textContent?.includes(GLOSSARY.rank.more), word?.getAttribute("aria-expanded")]).toEqual([false, true, "true"]);
  word?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect([note?.hidden, word?.getAttribute("aria-expanded")]).toEqual([true, "false"]);
  await vi.waitFor(() => expect(model.sent).toEqual([]));
});
