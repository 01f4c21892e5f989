// The checks of `npm run imports` and of the layout: that they see every import, and fail where they must.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const here = dirname(fileURLToPath(import.meta.url));
const tool = join(here, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");
const config = join(here, ".dependency-cruiser.cjs");
const cruise = (folder, ...options) => spawnSync(process.execPath, [tool, "--config", config, ...options, "src"], { cwd: folder, encoding: "utf8", maxBuffer: 1e8 });

const FAULTS = [
  ["no-circle", "ui/a.ts", "ui/b.ts"],
  ["no-circle", "wire/types_a.ts", "wire/types_b.ts"],
  ["ui-imports-what-is-below", "ui/c.ts", "wire/d.ts"],
  ["charts-imports-what-is-below", "charts/c.ts", "wire/d.ts"],
  ["explorer-imports-what-is-below", "explorer/c.ts", "workbench/d.ts"],
  ["workbench-imports-what-is-below", "workbench/panels/c.ts", "editor/d.ts"],
  ["only-tests-import-testing", "workbench/e.ts", "testing/d.ts"],
  ["every-room-is-named", "attic/c.ts", "ui/d.ts"],
  ["nothing-imports-an-entry", "workbench/f.ts", "entry.ts"],
  ["nothing-missing", "workbench/g.ts", "workbench/nowhere.ts"],
  ["editor-root-imports-no-part-above", "editor/c.ts", "editor/panels/d.ts"],
  ["editor-root-imports-no-part-above", "editor/e.ts", "editor/editor.ts"],
  ["editor-gestures-imports-no-part-above", "editor/gestures/c.ts", "editor/panels/d.ts"],
  ["workbench-lanes-imports-no-part-above", "workbench/lanes/c.ts", "workbench/charts/d.ts"],
];
const PLANTED = {
  "ui/a.ts": 'import { b } from "./b.js";\nexport const a = () => b;',
  "ui/b.ts": 'import { a } from "./a.js";\nexport const b = () => a;',
  "wire/types_a.ts": 'import type { B } from "./types_b.js";\nexport interface A { b: B }',
  "wire/types_b.ts": 'import { type A } from "./types_a.js";\nexport interface B { a: A }',
};

let folder;
const plant = (files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "src", name)), { recursive: true });
    writeFileSync(join(folder, "src", name), text);
  }
};
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "tnlab-imports-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it("passes where imports point down", () => {
  plant({ "ui/a.ts": "export const a = 1;", "wire/b.ts": 'export { a } from "../ui/a.js";' });
  expect(cruise(folder).status).toBe(0);
});
it("fails on circles, of values and of types, and on everything that the rooms forbid", () => {
  for (const [, from, to] of FAULTS) {
    const up = "../".repeat(from.split("/").length - 1);
    if (to !== "workbench/nowhere.ts") plant({ [to]: "export type B = 1;" });
    plant({ [from]: `import type { B } from "${up}${to.replace(/ts$/, "js")}";\nexport type A = B;` });
  }
  plant(PLANTED);
  const { status, stdout } = cruise(folder, "--output-type", "err-long");
  expect(status).not.toBe(0);
  const { summary } = JSON.parse(cruise(folder, "--output-type", "json").stdout);
  const found = summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} > ${to}`);
  for (const [rule, from, to] of FAULTS) {
    const target = rule === "nothing-missing" ? "../workbench/nowhere.js" : `src/${to}`;
    expect(found).toContain(`${rule}: src/${from} > ${target}`);
  }
  expect(stdout).toContain("no-circle");
});

const sources = readdirSync(join(here, "src"), { recursive: true }).filter((name) => name.endsWith(".ts"));

it("sees every import there is", () => {
  const { modules } = JSON.parse(cruise(here, "--output-type", "json").stdout);
  const seen = new Map(modules.map(({ source, dependencies }) => [source, new Set(dependencies.map(({ module }) => module))]));
  for (const name of sources) {
    const text = readFileSync(join(here, "src", name), "utf8");
    const written = new Set([...text.matchAll(/(?:^|\s)(?:import|from) "(\.[^"]+)"/g)].map((match) => match[1]));
    const found = new Set([...(seen.get(`src/${name}`) ?? [])].filter((module) => module.startsWith(".")));
    expect([name, [...found].sort()]).toEqual([name, [...written].sort()]);
  }
});
