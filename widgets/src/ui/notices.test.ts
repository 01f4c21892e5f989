// @vitest-environment jsdom
import { expect, it } from "vitest";
import { problemAlert, speak } from "./notices.js";

it("shows a sentence until it is dismissed or empty", () => {
  const alert = problemAlert(new AbortController().signal);
  alert.show("No such file.");
  expect([alert.element.hidden, alert.element.textContent]).toEqual([false, "!No such file."]);
  alert.element.querySelector("button")?.click();
  expect(alert.element.hidden).toBe(true);
  alert.show("Again.");
  alert.hide("No such file.");
  expect(alert.element.hidden).toBe(false);
  alert.show("");
  expect(alert.element.hidden).toBe(true);
});
it("speaks a sentence again when it is said again, and nothing for none", () => {
  const live = document.createElement("div");
  for (const sentence of ["Done.", "Done.", ""]) speak(live, sentence);
  expect(live.textContent).toBe("Done.\u00a0");
});
