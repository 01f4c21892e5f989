// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { FakeModel, square } from "../testing/fake_model.js";
import type { ExplorerMessage, ExplorerState } from "../wire/explorer_state.js";
import { widgetLink } from "../wire/widget_link.js";
import { asking } from "./asking.js";
import type { ExplorerContext } from "./context.js";

const { signal } = new AbortController();

function mounted() {
  const model = new FakeModel<ExplorerState>({ target_error: 0.1 });
  const report = { edit: "a:1" };
  const [apply, complain] = [vi.fn(), vi.fn()];
  const context = { link: widgetLink<ExplorerState, ExplorerMessage>(model, signal), editor: { report: () => report, apply }, complain } as unknown as ExplorerContext;
  const element = document.body.appendChild(asking(context, signal));
  const [reach, trim] = [...element.querySelectorAll("button")] as HTMLButtonElement[];
  return { model, report, apply, complain, reach, trim, note: element.querySelector("output") as HTMLElement };
}

it("asks for the target, draws the answer as an edit, and says what it is", async () => {
  const { model, apply, reach, trim, note } = mounted();
  expect(reach?.textContent).toBe("reach 0.1");
  await model.receive({ target_error: 0.05 });
  expect(reach?.textContent).toBe("reach 0.05");
  reach?.click();
  expect([note.textContent, trim?.getAttribute("aria-disabled")]).toEqual(["Choosing ranks for an error of 0.05\u2026", "true"]);
  expect(model.newest("reach")["error"]).toBe(0.05);
  await model.answer(model.newest("reach"), { structure: square(), note: "Error 0.04." });
  expect(apply).toHaveBeenCalledExactlyOnceWith(square(), "Error 0.04.");
  await vi.waitFor(() => expect([note.textContent, trim?.getAttribute("aria-disabled")]).toEqual(["Error 0.04.", null]));
});
it("leaves what was drawn meanwhile, and says why it was refused", async () => {
  const { model, report, apply, complain, trim, note } = mounted();
  trim?.click();
  report.edit = "a:2";
  await model.answer(model.newest("trim"), { structure: square(), note: "Saved 3." });
  await vi.waitFor(() => expect(note.textContent).toContain("drawn meanwhile"));
  trim?.click();
  await model.answer(model.newest("trim"), { error: "Wait for the fit." });
  await vi.waitFor(() => expect(complain).toHaveBeenCalledWith("Wait for the fit."));
  expect(apply).not.toHaveBeenCalled();
});
it("stops what is asked for while it runs, and only then", async () => {
  const { model, note } = mounted();
  const [stop, improve] = ["enough", "improve"].map((name) => note.parentElement?.querySelector(`[data-action="${name}"]`) as HTMLButtonElement);
  stop?.click();
  expect(model.sent.some((each) => (each as { kind?: string }).kind === "enough")).toBe(false);
  improve?.click();
  stop?.click();
  expect(model.newest("enough")).toBeTruthy();
  await model.answer(model.newest("improve"), { note: "Nothing smaller." });
  await vi.waitFor(() => expect(stop?.getAttribute("aria-disabled")).toBe("true"));
});
