// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { FakeWorkbench } from "../../testing/fake_workbench.js";
import { explorerOverlay } from "./explorer_overlay.js";

const end = new AbortController();
afterEach(() => end.abort());

it("removes a view that is made only after another Explorer was asked for", async () => {
  const fake = new FakeWorkbench();
  const made = new Map<string, (view: { el: HTMLElement; remove(): void }) => void>();
  fake.widget_manager = { get_model: async (id) => id, create_view: (id) => new Promise((resolve) => void made.set(id as string, resolve)) };
  const overlay = explorerOverlay(fake.model, { back() {}, cover() {} }, end.signal);
  document.body.append(overlay.element);
  const view = () => ({ el: document.createElement("section"), remove: vi.fn() });
  const [slow, quick] = [view(), view()];
  overlay.show("IPY_MODEL_slow");
  overlay.show("IPY_MODEL_quick");
  await Promise.resolve();
  await Promise.resolve();
  made.get("quick")?.(quick);
  made.get("slow")?.(slow);
  await Promise.resolve();
  await Promise.resolve();
  expect(slow.remove).toHaveBeenCalledOnce();
  expect(quick.remove).not.toHaveBeenCalled();
  expect(overlay.element.contains(quick.el)).toBe(true);
});
