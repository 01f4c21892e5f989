// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { fakeContext, pinRecord } from "../../testing/fake_explorer.js";
import { sideBySide } from "./side_by_side.js";

it("shows two pins with names, numbers and pictures at one scale, and why there are none", async () => {
  const end = new AbortController();
  const { context, model } = fakeContext({}, end.signal);
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn(function (this: HTMLDialogElement) {
    this.dispatchEvent(new Event("close"));
  });
  sideBySide(context, pinRecord(1), pinRecord(2, { cut_short: true }), end.signal);
  const dialog = context.root.querySelector("dialog") as HTMLDialogElement;
  expect([...dialog.querySelectorAll("h2")].map((title) => title.textContent)).toEqual(["A: pin 1", "B: pin 2", "B minus A"]);
  expect(dialog.querySelector("[data-half=B]")?.textContent).toContain("cut short");
  expect(dialog.querySelectorAll("svg.tn-small").length).toBe(2);
  const curve = new Float32Array([0, 1]).buffer;
  const pictures = { kind: "curve", width: 2, height: 1, reconstructions: [curve, curve], residuals: [curve, curve], residual_scale: 2, difference: curve, difference_scale: 5 };
  await model.answer(model.newest("side_by_side"), { pictures } as object);
  const captions = [...dialog.querySelectorAll("figcaption")].map((caption) => caption.textContent);
  expect(captions).toEqual(["reconstruction", "residual, \u00b12 (the same scale for both)", "reconstruction", "residual, \u00b12 (the same scale for both)", "reconstruction B minus A, \u00b15"]);
  dialog.querySelector<HTMLElement>("[data-action=close-side-by-side]")?.click();
  expect(context.root.querySelector("dialog")).toBeNull();
  sideBySide(context, pinRecord(1), pinRecord(2), end.signal);
  await model.answer(model.newest("side_by_side"), { error: "That pin is no longer there." });
  expect(context.root.querySelector("[role=alert]")?.textContent).toBe("That pin is no longer there.");
  end.abort();
});
