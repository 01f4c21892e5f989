// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { fakeContext, pinRecord } from "../../testing/fake_explorer.js";
import { inOrder, pinsPanel } from "./pins_panel.js";

let end: AbortController;
let fake: ReturnType<typeof fakeContext>;
let panel: HTMLElement;
const find = <E extends HTMLElement>(selector: string): E => panel.querySelector(selector) as E;
const cards = (): HTMLElement[] => [...panel.querySelectorAll<HTMLElement>("[data-pin]")];
const press = (target: Element, key: string): boolean => target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  end = new AbortController();
  fake = fakeContext({ pins: [pinRecord(1), pinRecord(2), pinRecord(3, { fitted: false, relative_error: null })], starts: [] }, end.signal);
  panel = pinsPanel(fake.context, end.signal);
  fake.context.root.append(panel);
});
afterEach(() => {
  end.abort();
  document.body.replaceChildren();
});

it("orders pins by error or size; one without an error is last", () => {
  expect(inOrder([pinRecord(3, { relative_error: null }), pinRecord(1), pinRecord(2)], "error").map(({ id }) => id)).toEqual([2, 1, 3]);
  expect(inOrder([pinRecord(3), pinRecord(1)], "size").map(({ id }) => id)).toEqual([1, 3]);
  find<HTMLSelectElement>("[data-field=sort-pins]").value = "error";
  find("[data-field=sort-pins]").dispatchEvent(new Event("change"));
  expect(cards().map((card) => card.dataset["pin"])).toEqual(["2", "1", "3"]);
});
it("asks for the picture of a pin with cores, once", async () => {
  const asked = (): unknown[] => fake.sent().filter((message) => (message as { kind: string }).kind === "pin_picture");
  expect(asked()).toEqual([{ kind: "pin_picture", id: 1 }, { kind: "pin_picture", id: 2 }]);
  await fake.model.receive({ pins: [pinRecord(1, { name: "new" }), pinRecord(2)] });
  expect(asked().length).toBe(2);
});
it("pins with the key P, but not while a person types", () => {
  press(find("[data-field=pin-name]"), "p");
  expect(fake.model.told("pin")).toEqual([]);
  press(fake.context.root, "p");
  expect(fake.model.told("pin").length).toBe(1);
});
it("goes back on a click, and is one stop of the Tab key with arrow keys inside", () => {
  const opens = cards().map((card) => card.querySelector("button") as HTMLElement);
  opens[1]?.click();
  expect(fake.sent().at(-1)).toEqual({ kind: "restore_pin", id: 2 });
  expect([...panel.querySelectorAll(".tnx-pins [tabindex='0']")]).toEqual([opens[0]]);
  opens[0]?.focus();
  press(opens[0] as Element, "ArrowRight");
  expect(document.activeElement).toBe(find("[data-field=pin-name]"));
  opens[0]?.focus();
  press(opens[0] as Element, "ArrowDown");
  expect(document.activeElement).toBe(opens[1]);
});
it("takes a pin away with Delete, keeps the focus, and offers to bring it back", async () => {
  const [first, second] = cards().map((card) => card.querySelector("button") as HTMLElement);
  first?.focus();
  press(first as Element, "Delete");
  expect(fake.sent().at(-1)).toEqual({ kind: "unpin", id: 1 });
  expect(document.activeElement).toBe(second);
  await fake.model.receive({ pins: [pinRecord(2)] });
  await fake.model.answer(fake.model.newest("unpin"));
  expect(find(".tnx-pins-gone").textContent).toContain("pin 1");
  find("[data-action=put-back]").click();
  expect(fake.sent().at(-1)).toEqual({ kind: "put_back" });
});
it("compares the two that were chosen last", () => {
  for (const card of cards()) card.querySelector<HTMLElement>("[data-field=compare]")?.click();
  expect(cards().map((card) => card.querySelector(".tnx-pin-choose")?.textContent)).toEqual(["", "A", "B"]);
  expect(find(".tnx-pins-note").textContent).toBe("B needs 100 more numbers; the error is not known of both.");
});
