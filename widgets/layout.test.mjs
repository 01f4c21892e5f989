// What holds of every module in src: a test beside it, a sentence at its top, a room of moderate size.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const src = join(dirname(fileURLToPath(import.meta.url)), "src");
const modules = readdirSync(src, { recursive: true }).filter((name) => /^(?!.*\.test\.ts$).*\.ts$/.test(name)).sort();

/** Modules without a test of their own, and what tests them instead. */
const ELSEWHERE = {
  "the browser tests, which load the built widgets": modules.filter((name) => !name.includes("/")),
  "the type checker: they declare types": ["editor/extension_points.ts", "wire/data_state.ts", "wire/editor_state.ts", "wire/explorer_state.ts", "wire/workbench_state.ts"],
  "editor/editor.test.ts and the browser tests of mouse and keyboard: they are gestures on a mounted editor, or its parts": [
    "editor/arranging_commands.ts", "editor/desk.ts", "editor/drawing_commands.ts", "editor/gestures/drags.ts", "editor/gestures/gestures.ts",
    "editor/gestures/keyboard.ts", "editor/panels/sheets.ts", "editor/panels/toolbar.ts",
  ],
  "explorer/explorer.test.ts and tests/browser/test_explorer.py, test_certificates.py: they are parts of the mounted Explorer": [
    "data/data_bar.ts", "data/upload_box.ts", "explorer/certificate_panel.ts", "explorer/context.ts", "explorer/sentence/glossary.ts", "explorer/pictures/looking.ts", "explorer/pictures/pictures_panel.ts",
  ],
  "workbench/workbench.test.ts and tests/browser/test_workbench.py: they are parts of the mounted workbench": [
    "charts/plot.ts", "diagram/morphing_diagram.ts", "workbench/charts/progress_chart.ts", "workbench/panels/charts_panel.ts",
  ],
  "the tests that use them": ["testing/fake_explorer.ts", "testing/fake_model.ts", "testing/fake_workbench.ts"],
};

/** Modules of a room, walls not counted, at most. */
const MOST = 15;

it("has a test beside every module that nothing else tests", () => {
  const untested = modules.filter((name) => !existsSync(join(src, name.replace(/\.ts$/, ".test.ts"))));
  expect(untested).toEqual(Object.values(ELSEWHERE).flat().sort());
});
it("has no test without its module", () => {
  const tests = readdirSync(src, { recursive: true }).filter((name) => name.endsWith(".test.ts"));
  expect(tests.filter((name) => !existsSync(join(src, name.replace(/\.test\.ts$/, ".ts"))))).toEqual([]);
});
it("says at the top of every module what it holds", () => {
  expect(modules.filter((name) => !/^\/\*\*\s+(\* )?\S/.test(readFileSync(join(src, name), "utf8")))).toEqual([]);
});
it("has walls where a room would hold too much", () => {
  const rooms = Map.groupBy ? Map.groupBy(modules, dirname) : modules.reduce((all, name) => all.set(dirname(name), [...(all.get(dirname(name)) ?? []), name]), new Map());
  expect([...rooms].filter(([, names]) => names.length > MOST).map(([room]) => room)).toEqual([]);
});
it("gives every widget a style of its own that brings the theme", () => {
  for (const name of modules.filter((module) => !module.includes("/"))) {
    expect(readFileSync(join(src, name.replace(/\.ts$/, ".css")), "utf8")).toContain('@import "./ui/theme.css";');
  }
});
