import { expect, it } from "vitest";
import { differenceWords, spreadWords } from "./difference_words.js";

const pin = (parameters: number, relative_error: number | null) => ({ parameters, relative_error });
const start = (seed: number, relative_error: number) => ({ seed, relative_error, sweeps: 3, status: "", cut_short: false, running: false });

it("says how many numbers and how much error lie between two pins", () => {
  expect(differenceWords(pin(1792, 0.14), pin(1480, 0.148))).toBe("B needs 312 fewer numbers, but its error is 0.8 percentage points higher.");
  expect(differenceWords(pin(1792, 0.14), pin(2304, 0.108))).toBe("B needs 512 more numbers, but its error is 3.2 percentage points lower.");
  expect(differenceWords(pin(100, 0.2), pin(99, 0.1))).toBe("B needs 1 fewer number, and its error is 10 percentage points lower.");
  expect(differenceWords(pin(100, 0.2), pin(101, 0.21))).toBe("B needs 1 more number, and its error is 1 percentage point higher.");
});
it("says what is the same, and what is not known", () => {
  expect(differenceWords(pin(100, 0.2), pin(100, 0.2))).toBe("Both need as many numbers, and their errors are the same to four digits.");
  expect(differenceWords(pin(100, 0.2), pin(90, 0.200001))).toBe("B needs 10 fewer numbers, and its error is the same to four digits.");
  expect(differenceWords(pin(100, 0.2), pin(100, 0.1))).toBe("Both need as many numbers, and of B the error is 10 percentage points lower.");
  expect(differenceWords(pin(100, null), pin(90, 0.1))).toBe("B needs 10 fewer numbers; the error is not known of both.");
});
it("says how far random starts lie apart", () => {
  expect(spreadWords([])).toBe("");
  expect(spreadWords([start(3, 0.2)])).toBe("1 start reached an error of 0.2000.");
  expect(spreadWords([start(3, 0.2), start(4, 0.2)])).toBe("2 starts reached the same error, 0.2000.");
  expect(spreadWords([start(7, 0.15), start(8, 0.12), start(9, 0.1)])).toBe("3 starts reached errors from 0.1000 (seed 9) to 0.1500 (seed 7): 50 % apart.");
});
