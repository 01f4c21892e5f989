import { expect, it } from "vitest";
import { CORE_RADIUS, LATENT_RADIUS } from "../../diagram/geometry.js";
import { onBody } from "./ghosts.js";

it("tells a core's body, which moves it, from its rim, which draws a bond", () => {
  expect([onBody(CORE_RADIUS - 3, CORE_RADIUS, 1), onBody(CORE_RADIUS - 2, CORE_RADIUS, 1)]).toEqual([true, false]);
  expect([onBody(LATENT_RADIUS - 2, LATENT_RADIUS, 1), onBody(LATENT_RADIUS, LATENT_RADIUS, 1)]).toEqual([true, false]);
});
it("leaves 9 pixels to the body of a core in a small picture", () => {
  expect([onBody(30, CORE_RADIUS, 0.25), onBody(37, CORE_RADIUS, 0.25)]).toEqual([true, false]);
});
