// What may import what in src: a room imports the rooms named beside it, and its own walls. `npm run imports` checks it.

const ROOMS = {
  ui: [],
  wire: ["ui"],
  structure: ["ui", "wire"],
  diagram: ["ui", "wire", "structure"],
  charts: ["ui"],
  editor: ["ui", "wire", "structure", "diagram"],
  data: ["ui", "wire", "structure"],
  explorer: ["ui", "wire", "structure", "diagram", "charts", "editor", "data"],
  workbench: ["ui", "wire", "structure", "diagram", "charts", "data", "explorer"],
  testing: ["ui", "wire", "structure", "explorer", "workbench"],
};

/** Inside a room, from the top down: a part imports the parts after it. */
const PARTS = {
  editor: ["editor\\.ts", "panels/", "gestures/", ""],
  workbench: ["[^/]+\\.ts", "panels/", "charts/", "lanes/"],
};

const TESTS = "\\.test\\.ts$";
const any = (names) => `(${names.join("|")})`;

const rooms = Object.entries(ROOMS).map(([room, below]) => ({
  name: `${room}-imports-what-is-below`,
  severity: "error",
  from: { path: `^src/${room}/`, pathNot: TESTS },
  to: { path: "^src/", pathNot: `^src/${any([room, ...below])}/` },
}));

const parts = Object.entries(PARTS).flatMap(([room, order]) =>
  order.slice(1).map((part, k) => ({
    name: `${room}-${part.replace(/\W/g, "") || "root"}-imports-no-part-above`,
    severity: "error",
    from: { path: `^src/${room}/${part || "[^/]+\\.ts"}`, pathNot: [TESTS, ...(part === "" ? [`^src/${room}/${order[0]}$`] : [])] },
    to: { path: `^src/${room}/${any(order.slice(0, k + 1))}` },
  })),
);

module.exports = {
  forbidden: [
    { name: "no-circle", severity: "error", comment: "Imports of types count too.", from: {}, to: { circular: true } },
    { name: "nothing-missing", severity: "error", from: {}, to: { couldNotResolve: true } },
    { name: "every-room-is-named", severity: "error", from: { path: "^src/[^/]+/", pathNot: `^src/${any(Object.keys(ROOMS))}/` }, to: {} },
    { name: "only-tests-import-testing", severity: "error", from: { path: "^src/", pathNot: [TESTS, "^src/testing/"] }, to: { path: "^src/testing/" } },
    { name: "nothing-imports-an-entry", severity: "error", from: {}, to: { path: "^src/[^/]+\\.ts$" } },
    ...rooms,
    ...parts,
  ],
  // swc, for dependency-cruiser does not know TypeScript 7; imports.test.mjs checks that no import is overlooked.
  options: { parser: "swc", tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" }, exclude: { path: "\\.css$" } },
};
