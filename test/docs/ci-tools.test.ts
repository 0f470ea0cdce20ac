import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const script = readFileSync(new URL("../../.ci/run", import.meta.url), "utf8");
/** What the step "tools" runs, and nothing else of the script. */
const [, functions = ""] = /\n(install_tools\(\) \{.*)\n# The bundle starts/s.exec(script) ?? [];

/** Runs it on a machine with these programs, each a line of shell. */
function runTools(programs: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "ci-tools-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync("/bin/mkdir", join(folder, "mkdir"));
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const environment = { PATH: folder, tools: join(folder, "tools") };
  const command = `${functions}\ninstall_tools`;
  return spawnSync("/bin/bash", ["-c", command], { env: environment, encoding: "utf8" });
}

const wanted = [
  "promtool",
  "cron",
  "buildah",
  "podman",
  "runc",
  "debootstrap",
  "pgrep",
  "sqlite3",
  "chromium",
];
const unreachable = { "apt-get": "exit 100", id: "echo 0" };

it("asks for no package where every program is there", () => {
  const there = Object.fromEntries(wanted.map((name) => [name, "exit 1"]));
  expect(runTools({ ...there, ...unreachable })).toMatchObject({ status: 0, stdout: "all are there\n" });
});

it("says what tests may skip where packages are not to be had, and lets the rest be tested", () => {
  for (const programs of [unreachable, { id: "echo 1000" }, { ...unreachable, id: "echo 1000" }]) {
    const { status, stdout } = runTools(programs);
    expect(status, stdout).toBe(0);
    expect(stdout).toContain(`skip: ${wanted.join(" ")}`);
  }
});
