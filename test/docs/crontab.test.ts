import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "node-cron";
import { describe, expect, it } from "vitest";

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

  it("names commands that the program has", () => {
    const help = execFileSync(process.execPath, [join(top, "src", "main.ts"), "--help"], {
      encoding: "utf8",
    });
    for (const line of [...jobs, ...offers]) {
      expect(help).toMatch(new RegExp(`^ {2}${parseCommand(line)}\\b`, "m"));
    }
  });

  it("sets variables as cron takes them: as they are, with nothing to expand and nothing behind", () => {
    for (const line of settings) expect(line).toMatch(/^[A-Z]+=[^\s$#"'`%]+$/);
    expect(settings.map((line) => line.split("=")[0])).toEqual(["SHELL", "PATH"]);
  });

  it("ends with a newline, without which cron ignores the last line", () => {
    expect(lines.at(-1)).toBe("");
  });
});

function parseCommand(line: string): string {
  return /\bmeter-sync ([a-z]+)/.exec(line)?.[1] ?? "none";
}
