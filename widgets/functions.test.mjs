// What holds of every function in src, tests excepted: short enough to be seen whole, few enough parameters to be told apart.
import { parseSync } from "@swc/core";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const src = join(dirname(fileURLToPath(import.meta.url)), "src");

/** Lines of a function at most: a screen. */
const MOST_LINES = 60;
/** Parameters by position at most; more are the named fields of one object. */
const MOST_PARAMETERS = { Constructor: 3, others: 4 };

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression", "ClassMethod", "PrivateMethod", "Constructor", "MethodProperty", "GetterProperty", "SetterProperty"]);

/** Return a sentence for every function of a module that is too long or takes too much. */
function faults(name, text) {
  // The parser goes on counting bytes from module to module: those of this one begin at a statement put before it.
  const { body } = parseSync(`;${text}`, { syntax: "typescript" });
  const bytes = Buffer.from(`;${text}`);
  const first = body[0].span.start;
  const lineAt = (place) => bytes.subarray(0, place - first).toString().split("\n").length;
  const found = [];
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    if (FUNCTIONS.has(node.type)) {
      const { params = [], span } = { ...node, ...node.function };
      const [start, end] = [lineAt(span.start), lineAt(span.end)];
      const most = MOST_PARAMETERS[node.type] ?? MOST_PARAMETERS.others;
      if (end - start >= MOST_LINES) found.push(`${name}:${start} has ${end - start + 1} lines`);
      if (params.length > most) found.push(`${name}:${start} takes ${params.length} parameters`);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(body);
  return found;
}

const long = (lines) => `${"\n".repeat(lines - 2)}`;
const five = "a: number, b: number, c: number, d: number, e = 1";

it.each([
  ["a function", `// \u00e9\nfunction f() {${long(61)}\n}`, "m.ts:2 has 61 lines"],
  ["an arrow function", `export const f = () => {${long(61)}\n};`, "m.ts:1 has 61 lines"],
  ["a function in a function", `const f = () => 1;\nconst g = () => [\n() => {${long(60)}\n}];`, "m.ts:2 has 61 lines"],
  ["a method", `class C {\n  private m(): void {${long(61)}\n}\n}`, "m.ts:2 has 61 lines"],
  ["a getter", `const o = { get m() {${long(61)}\n} };`, "m.ts:1 has 61 lines"],
  ["a function's parameters", `export function f(${five}): void {}`, "m.ts:1 takes 5 parameters"],
  ["an arrow function's parameters", `const f = (${five}): number => a;`, "m.ts:1 takes 5 parameters"],
  ["a method's parameters", `class C { static m(${five}): void {} }`, "m.ts:1 takes 5 parameters"],
  ["a constructor's parameters", "class C { constructor(private readonly a: number, b: number, c: number, d = 1) {} }", "m.ts:1 takes 4 parameters"],
  ["an object's method", `const o = { m(${five}) {} };`, "m.ts:1 takes 5 parameters"],
])("finds %s that is too much", (_, text, fault) => {
  expect(faults("m.ts", text)).toEqual([fault]);
});
it("lets a function have 60 lines and four parameters, a constructor three", () => {
  expect(faults("m.ts", `function f(a: 1, b: 2, c: 3, d: 4) {${long(60)}\n}\nclass C { constructor(a: 1, b: 2, c: 3) {} }`)).toEqual([]);
});
it("has no function that is too long or takes too much", () => {
  const modules = readdirSync(src, { recursive: true }).filter((name) => /^(?!.*\.test\.ts$).*\.ts$/.test(name)).sort();
  expect(modules.flatMap((name) => faults(name, readFileSync(join(src, name), "utf8")))).toEqual([]);
});
