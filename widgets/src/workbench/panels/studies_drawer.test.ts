// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { studyWords, whenWords } from "./studies_drawer.js";

describe("studies", () => {
  it("are told in words", () => {
    const study = { name: "a", engine: "growth", label: "Camera", target_error: 0.1, parameters: 900, relative_error: 0.09, evaluations: 12, modified: "", busy: "", bytes: 1, mine: true };
    expect(studyWords(study)).toBe("900 parameters, error 0.0900, target 0.1, 12 evaluations");
    expect(studyWords({ ...study, parameters: null, relative_error: null })).toBe("nothing at the target yet, target 0.1, 12 evaluations");
    const now = new Date("2026-11-21T20:00:00Z");
    expect(whenWords("2026-11-21T19:59:30Z", now)).toBe("just now");
    expect(whenWords("2026-11-21T19:40:00Z", now)).toBe("20 min ago");
    expect(whenWords("2025-01-02T10:00:00Z", now)).toContain("2 Jan 2025");
    expect(whenWords("nonsense", now)).toBe("nonsense");
  });
});
