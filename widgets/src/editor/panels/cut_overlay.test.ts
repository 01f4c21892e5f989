// @vitest-environment jsdom
import { expect, it } from "vitest";
import { sceneOf } from "../../diagram/scene.js";
import { fromRecord } from "../../structure/structure.js";
import { square } from "../../testing/fake_model.js";
import { svg } from "../../ui/dom.js";
import type { EditorHandle } from "../extension_points.js";
import { cutOverlay } from "./cut_overlay.js";

it("draws a cut with a gap in every bond that it counts, dims an old one, and hides with none", () => {
  const draft = fromRecord(square());
  const handle = { overlay: svg("g"), drawn: () => ({ draft, scene: sceneOf(draft) }) } as unknown as EditorHandle;
  const overlay = cutOverlay();
  const cut = { modes: [0, 1], crossing: ["B-C", "A-D"], words: "cut rank 15", old: false };
  overlay.show(cut, handle);
  const group = handle.overlay.querySelector(".tn-cut") as Element;
  expect([...group.querySelectorAll("[data-crosses]")].map((gap) => gap.getAttribute("data-crosses"))).toEqual(["B-C", "A-D"]);
  expect([group.querySelectorAll(".tn-cut-line").length, group.textContent, group.getAttribute("data-state")]).toEqual([1, "cut rank 15", "live"]);
  overlay.show({ ...cut, crossing: ["A-B"], modes: [0], old: true }, handle);
  expect([group.querySelectorAll("[data-crosses]").length, group.getAttribute("data-state")]).toEqual([1, "old"]);
  overlay.show(null, handle);
  expect(group.getAttribute("visibility")).toBe("hidden");
});
