// @vitest-environment jsdom
import { expect, it } from "vitest";
import { fakeContext, startRecord } from "../../testing/fake_explorer.js";
import { startsStrip } from "./starts_strip.js";

it("shows every start with the best marked, opens and pins each", async () => {
  const end = new AbortController();
  const { context, model, sent } = fakeContext({ starts: [] }, end.signal);
  const strip = startsStrip(context, end.signal);
  expect(strip.hidden).toBe(true);
  await model.receive({ starts: [startRecord(4, 0.2), startRecord(5, 0.1)] });
  expect(strip.hidden).toBe(false);
  const chips = [...strip.querySelectorAll<HTMLElement>("[data-start]")];
  expect(chips.map((chip) => chip.textContent)).toEqual(["seed 4: 0.2000", "seed 5: 0.1000 \u2605"]);
  expect(chips.map((chip) => chip.hasAttribute("data-best"))).toEqual([false, true]);
  (chips[0]?.querySelector("[data-action=open-start]") as HTMLElement).click();
  expect(sent().at(-1)).toEqual({ kind: "open_start", seed: 4 });
  (chips[1]?.querySelector("[data-action=pin-start]") as HTMLElement).click();
  expect(sent().at(-1)).toEqual({ kind: "pin_start", seed: 5 });
  end.abort();
});
