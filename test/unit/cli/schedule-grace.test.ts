import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { grace } from "../../../src/cli/schedule-jobs.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

/** The publication of a million changes, as docs/kubernetes.md has it. */
const publicationMs = 1000 * Number(/a million changes took (\d+) s/.exec(read("docs/kubernetes.md"))?.[1]);

test("a publication that has begun is finished before anybody is killed", () => {
  expect(publicationMs).toBeGreaterThan(0);
  expect(grace.endWithinMs).toBeGreaterThan(1.5 * publicationMs);
  expect(grace.overdueEndWithinMs).toBeGreaterThan(1.5 * publicationMs);
  expect(grace.stopWithinMs).toBeGreaterThan(grace.endWithinMs);
});

test.each([
  ["deploy/kubernetes/overlays/schedule/deployment.yaml", /terminationGracePeriodSeconds: (\d+)/],
  ["docs/container.md", /--stop-timeout (\d+)/],
])("%s gives schedule longer than it takes to end", (path, pattern) => {
  expect(1000 * Number(pattern.exec(read(path))?.[1])).toBeGreaterThan(grace.stopWithinMs);
});
