import { expect, it } from "vitest";
import { type LanePoints, PRUNED_BY_CERTIFICATE } from "../lanes/lane_points.js";
import { pointWords } from "./cloud_chart.js";

const points = (error: number, fate: number): LanePoints =>
  ({ parameters: [640], errors: new Float32Array([error]), seconds: [1], fates: [fate] }) as unknown as LanePoints;

it("tells the error of a fit as it is, and that of a pruned structure rounded down, also where single precision has raised it", () => {
  expect(pointWords("growth", points(0.14, 0), 0)).toContain("growth, evaluation 1: 640 parameters, relative error 0.1400, ");
  expect(pointWords("growth", points(0.14 - 1e-10, PRUNED_BY_CERTIFICATE), 0)).toContain("no fit of it can have a relative error below 0.1399");
});
