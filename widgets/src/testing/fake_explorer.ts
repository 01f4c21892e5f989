/** For tests: what the parts of the Explorer share, over a model without a kernel, and pins to show. */

import { vi } from "vitest";
import type { ExplorerContext } from "../explorer/context.js";
import type { ExplorerMessage, ExplorerState, PinRecord, StartRecord } from "../wire/explorer_state.js";
import { teller } from "../wire/commands.js";
import { widgetLink } from "../wire/widget_link.js";
import { type Arrived, FakeModel, square } from "./fake_model.js";

export const pinRecord = (id: number, more: Partial<PinRecord> = {}): PinRecord => ({
  id, name: `pin ${id}`, structure: square(), parameters: 100 * id, compression_ratio: 8, relative_error: 1 / (id + 1), status: "Converged: done.",
  cut_short: false, running: false, format: "Tensor ring", fitted: true, ...more,
});

export const startRecord = (seed: number, relative_error: number): StartRecord =>
  ({ seed, relative_error, sweeps: 9, status: "Converged.", cut_short: false, running: false });

/** A context whose editor only reports; everything that is sent to Python, but the heartbeat, is in `sent()`. */
export function fakeContext(state: Partial<ExplorerState>, signal: AbortSignal): { context: ExplorerContext; model: FakeModel<ExplorerState>; sent(): unknown[] } {
  const model = new FakeModel<ExplorerState>(state);
  const link = widgetLink<ExplorerState, ExplorerMessage>(model, signal);
  const root = document.body.appendChild(document.createElement("div"));
  const context = {
    root, link, tell: teller(link, () => {}), say: vi.fn(), complain: vi.fn(), onDraft: vi.fn(), onVisits: vi.fn(), editor: { report: () => ({ error: "" }) },
  } as unknown as ExplorerContext;
  const told = ({ kind, client: _, n: __, ...fields }: Arrived): unknown => ({ kind, ...fields });
  return { context, model, sent: () => model.sent.map(told) };
}
