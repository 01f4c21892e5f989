// Seconds that a test may take: pages are put together in jsdom, and processes started, also on a busy machine.
const LONGEST = 60;

export default { test: { setupFiles: ["./vitest.setup.mjs"], testTimeout: 1000 * LONGEST, hookTimeout: 1000 * LONGEST } };
