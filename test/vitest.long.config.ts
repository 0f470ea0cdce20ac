import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/long/**/*.test.ts"],
    globalSetup: ["test/support/build-program.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 24 * 3_600_000,
    hookTimeout: 60_000,
  },
});
