import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { validate } from "node-cron";
import { describe, expect, it, onTestFinished } from "vitest";
import { toProgram } from "./command-lines.ts";

const top = join(import.meta.dirname, "..", "..");
const lines = readFileSync(join(top, "crontab.example"), "utf8").split("\n");
const active = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
const settings = active.filter((line) => /^\s*\w+\s*=/.test(line));
const jobs = active.filter((line) => !settings.includes(line));
const offers = lines.filter((line) => /^#[\d*]/.test(line)).map((line) => line.slice(1));

describe("crontab.example", () => {
  it("runs sync once, and offers deliver", () => {
    expect(jobs.map(parseCommand)).toEqual(["sync"]);
    expect(offers.map(parseCommand)).toEqual(["deliver"]);
  });

  it.each([...jobs, ...offers])("has five valid fields and a command in: %s", (line) => {
    const fields = line.trim().split(/\s+/).slice(0, 5);
    expect(fields.every((field) => /^[\d*/,-]+$/.test(field))).toBe(true);
    expect(validate(fields.join(" "))).toBe(true);
    // A bare percent sign would end the command there.
    expect(line.replaceAll("\\%", "")).not.toContain("%");
    execFileSync("/bin/sh", ["-n", "-c", line.trim().split(/\s+/).slice(5).join(" ")]);
  });

  it.each([...jobs, ...offers])("says in the log why nothing ran, where settings are missing: %s", (line) => {
    const home = mkdtempSync(join(tmpdir(), "crontab-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    const command = line.trim().split(/\s+/).slice(5).join(" ");
    const { status, stderr } = spawnSync("/bin/sh", ["-c", command], {
      env: { HOME: home, PATH: "/usr/bin:/bin" },
      encoding: "utf8",
    });
    expect(status).not.toBe(0);
    expect(stderr).toBe("");
    expect(readFileSync(join(home, "meter-sync.log"), "utf8")).toContain("meter-sync.env");
  });

  it("names commands that the program has", () => {
    const names = toProgram().commands.map((command) => command.name());
    for (const line of [...jobs, ...offers]) expect(names).toContain(parseCommand(line));
  });

  it("sets variables as cron takes them: as they are, with nothing to expand and nothing behind", () => {
    for (const line of settings) expect(line).toMatch(/^[A-Z]+=[^\s$#"'`%]+$/);
    expect(settings.map((line) => line.split("=")[0])).toEqual(["SHELL", "PATH"]);
  });

  it("ends with a newline, without which cron ignores the last line", () => {
    expect(lines.at(-1)).toBe("");
  });
});

/**
 * As supercronic documents it: a line that looks like NAME=value is an environment line wherever it stands,
 * and a job's time is taken to be seven fields if they can be read as a time, else six, else five. Whether it
 * really runs them, test/long/cron.test.ts tries where supercronic is installed.
 */
describe("crontab.example for supercronic", () => {
  const isTime = (word: string): boolean =>
    /^[\d*/,?#LW-]+$/.test(word) || /^(?:[a-z]{3}[,-]?)+$/i.test(word);

  it.each([...jobs, ...offers])("has a time of five fields that are not taken for more in: %s", (line) => {
    expect(line).not.toMatch(/^([^\s=]+)\s*=\s*(.*)$/);
    const words = line.split(/\s+/);
    expect(words.slice(0, 5).every(isTime)).toBe(true);
    // No user, who would be taken for the command; nor a year.
    expect(words[5]).toBe("exec");
    expect(isTime(words[6] ?? "")).toBe(false);
  });

  it("sets the shell and the path, takes the account's folder as it is, and gives no zone of its own", () => {
    expect(settings).toEqual(["SHELL=/bin/sh", "PATH=/usr/local/bin:/usr/bin:/bin"]);
    for (const line of [...jobs, ...offers]) expect(line).toContain('. "$HOME/');
  });

  it("needs no percent sign, which only Debian's cron takes for the end of a line", () => {
    for (const line of [...jobs, ...offers]) expect(line).not.toContain("%");
  });
});

function parseCommand(line: string): string {
  return /\bmeter-sync ([a-z]+)/.exec(line)?.[1] ?? "none";
}
