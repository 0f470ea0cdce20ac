import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("log-from-child.ts", import.meta.url));

function logFromChild(level: string, form = "json") {
  const { stdout, stderr } = spawnSync(process.execPath, [script, level, form], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(stderr).not.toMatch(/very-secret|PRIVATE-CUSTOMER/);
  return stderr.split("\n").filter((line) => line !== "");
}

test("lines are JSON on stderr, complete even if the process is killed, and hold no secret (I9)", () => {
  const lines = logFromChild("info").map((line) => JSON.parse(line));
  expect(lines.map((line) => line.level)).toEqual(["info", "warn", "warn", "error", "error", "error"]);
  expect(lines[0]).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    meter_count: 3,
    is_done: true,
    regions: ["CAISO"],
    message: "read %s of it",
  });
});

test("a failure is logged as its kind, words and facts, with the words of its causes", () => {
  const line = logFromChild("error").map((one) => JSON.parse(one))[0];
  expect(line.error).toEqual({
    kind: "environment",
    message: "could not read a page",
    causes: ["401 for Bearer [withheld]"],
    fields: { status: 503, page_count: 2 },
  });
});

test("a bug is logged with the places it came through", () => {
  const line = logFromChild("error").map((one) => JSON.parse(one))[1];
  expect(line.error).toMatchObject({ name: "Error", stack: expect.stringMatching(/^at .*log-from-child/) });
});

test("the level decides what is written, silent writes nothing", () => {
  expect(logFromChild("debug")).toHaveLength(7);
  expect(logFromChild("error")).toHaveLength(3);
  expect(logFromChild("silent")).toEqual([]);
});

test("a person reads one plain line each, without control characters", () => {
  const lines = logFromChild("info", "pretty");
  expect(lines).toHaveLength(6);
  expect(lines[0]).toBe('info: read %s of it  meter_count=3  is_done=true  regions=["CAISO"]');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
  expect(lines.join("")).not.toMatch(/[\u0000-\u001f]/);
});
