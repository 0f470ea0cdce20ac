import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { acquireRunLock } from "../../src/cli/run-lock.ts";
import { toExitCode } from "../../src/failure/index.ts";

const childPath = new URL("look-child.ts", import.meta.url).pathname;

it("is had by a run that begins while doctor looks at it (I12)", async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), "run-lock-"));
  const databasePath = join(folder, "a.sqlite");
  writeFileSync(`${databasePath}.lock`, "");
  const child = spawn(process.execPath, [childPath, databasePath], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  });
  await once(child.stdout, "data");
  for (let round = 0; round < 100; round += 1) acquireRunLock({ databasePath }).release();
});

it("is not had while a run has it, and that is said", ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), "run-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const databasePath = join(folder, "a.sqlite");
  const lock = acquireRunLock({ databasePath });
  onTestFinished(lock.release);
  try {
    acquireRunLock({ databasePath }).release();
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      kind: "locked",
      message: expect.stringContaining("another run is under way"),
    });
    expect(toExitCode(error)).toBe(5);
  }
});
