// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { FakeModel, square } from "../testing/fake_model.js";
import type { ExplorerMessage, ExplorerState } from "../wire/explorer_state.js";
import { widgetLink } from "../wire/widget_link.js";
import { offerFile } from "../wire/offer_file.js";
import type { ExplorerContext } from "./context.js";
import { lostBanner } from "./lost.js";

vi.mock("../wire/offer_file.js", () => ({ offerFile: vi.fn() }));
afterEach(() => vi.useRealTimers());

it("shows across the page while Python does not answer, offers the drawing as a file, and goes when it answers again", async () => {
  vi.useFakeTimers();
  const end = new AbortController();
  const model = new FakeModel<ExplorerState>({});
  const root = document.createElement("div");
  const context = { root, link: widgetLink<ExplorerState, ExplorerMessage>(model, end.signal), editor: { structure: square } } as unknown as ExplorerContext;
  const banner = lostBanner(context, end.signal);
  await vi.advanceTimersByTimeAsync(2000);
  await model.answer(model.newest("heartbeat"));
  await vi.advanceTimersByTimeAsync(4000);
  expect(banner.hidden).toBe(true);
  await vi.advanceTimersByTimeAsync(4000);
  expect([banner.hidden, root.hasAttribute("data-lost"), banner.textContent?.includes("has not answered for")]).toEqual([false, true, true]);
  banner.querySelector<HTMLElement>("[data-action=save-drawing]")?.click();
  const [name, content] = vi.mocked(offerFile).mock.lastCall as [string, Uint8Array];
  expect([name, JSON.parse(new TextDecoder().decode(content))]).toEqual(["tensor_network.json", square()]);
  await model.answer(model.newest("heartbeat"));
  expect([banner.hidden, root.hasAttribute("data-lost")]).toEqual([true, false]);
  end.abort();
});
