import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkReport } from "../../src/cli/doctor-notice-checks.ts";
import { ours, toMarked } from "../../src/cli/report-mark.ts";
import { openDatabase, placeText } from "../../src/database/index.ts";

const page = toMarked("<!DOCTYPE html><html></html>\n", "2026-10-28T06:17:00.000Z", "a".repeat(64));
const childPath = new URL("report-child.ts", import.meta.url).pathname;

/** Where the machine has one, a file system in memory. */
const memoryFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** A folder with a database, and a report written to it by its name. */
function openPlace() {
  const folder = realpathSync(mkdtempSync(join(memoryFolder, "report-place-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const databasePath = join(folder, "a.sqlite");
  openDatabase(databasePath).close();
  const taken = [{ path: join(folder, "events.ndjson"), by: "METER_SYNC_SINKS" }];
  const path = (name: string) => join(folder, name);
  return {
    folder,
    databasePath,
    path,
    write: (name: string, text = page) =>
      placeText(path(name), { ...ours, mode: 0o644, databasePath, taken }, () => text),
    names: () => readdirSync(folder).sort(),
    mode: (name: string) => (statSync(path(name)).mode & 0o777).toString(8),
  };
}

const refusal = (words: string) =>
  expect.objectContaining({ kind: "usage", message: expect.stringContaining(words) });

describe("a report takes its place", () => {
  it("with a mode for others to read, and from then on with the mode it was given", () => {
    const { write, mode, names, path } = openPlace();
    const mask = process.umask(0o027);
    onTestFinished(() => void process.umask(mask));
    expect(write("r.html")).toEqual({ path: path("r.html"), bytes: page.length });
    expect(mode("r.html")).toBe("640");
    chmodSync(path("r.html"), 0o604);
    const before = statSync(path("r.html")).ino;
    write("r.html", `${page}later`);
    expect([mode("r.html"), readFileSync(path("r.html"), "utf8")]).toEqual(["604", `${page}later`]);
    // Whoever has the one before open reads it to its end.
    expect(statSync(path("r.html")).ino).not.toBe(before);
    expect(names()).toEqual(["a.sqlite", "r.html"]);
  });

  it("of an empty file, of what a crash left beside it, and where a link leads", () => {
    const { write, names, path } = openPlace();
    writeFileSync(path("r.html"), "");
    writeFileSync(path(`r.html.${process.pid}.tmp`), "half of it");
    symlinkSync("r.html", path("link.html"));
    symlinkSync("nothing-yet.html", path("new.html"));
    write("link.html");
    write("new.html");
    expect(names()).toEqual(["a.sqlite", "link.html", "new.html", "nothing-yet.html", "r.html"]);
    expect(lstatSync(path("link.html")).isSymbolicLink()).toBe(true);
    expect([readFileSync(path("r.html"), "utf8"), readFileSync(path("nothing-yet.html"), "utf8")]).toEqual([
      page,
      page,
    ]);
  });

  it("at once: a reader never sees half of one, not even of a writer that is killed", async () => {
    const { databasePath, path } = openPlace();
    const target = path("r.html");
    const child = spawn(process.execPath, [childPath, databasePath, target, page, "ab"]);
    const ended = once(child, "close");
    await once(child.stdout, "data");
    const seen = new Set<string>();
    const bytesAround = page.length + "</html>\n".length;
    for (let look = 0; look < 100; ) {
      if (lstatSync(target, { throwIfNoEntry: false }) === undefined) continue;
      look += 1;
      const text = readFileSync(target, "utf8");
      expect([400_000, 800_000], `${text.length} characters`).toContain(text.length - bytesAround);
      expect(text.endsWith("</html>\n")).toBe(true);
      seen.add(text.at(-9) ?? "");
    }
    expect(seen.size).toBe(2);
    child.kill("SIGKILL");
    await ended;
    expect(readFileSync(target, "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });
});

describe("a report is refused", () => {
  it("where the database's own file, or what stands or will stand beside it, is named", () => {
    const { write, names, path, databasePath } = openPlace();
    const before = [names(), readFileSync(databasePath)];
    symlinkSync("a.sqlite", path("soft"));
    linkSync(databasePath, path("hard"));
    const locks = [".lock", ".deliver.lock", ".metrics.lock", ".volue.lock"];
    const endings = ["", "-wal", "-shm", "-journal", ...locks, ".told"];
    for (const name of [...endings.map((ending) => `a.sqlite${ending}`), "soft", "hard"]) {
      expect(() => write(name), name).toThrow(refusal("belongs to the database itself"));
    }
    rmSync(path("soft"));
    rmSync(path("hard"));
    expect([names(), readFileSync(databasePath)]).toEqual(before);
  });

  it("where something else writes, though that is empty or not there yet", () => {
    const { write, path } = openPlace();
    const words = refusal("that is the file of METER_SYNC_SINKS; name another file");
    expect(() => write("events.ndjson")).toThrow(words);
    writeFileSync(path("events.ndjson"), "");
    symlinkSync("events.ndjson", path("r.html"));
    for (const name of ["events.ndjson", "r.html"]) expect(() => write(name), name).toThrow(words);
    expect(readFileSync(path("events.ndjson"), "utf8")).toBe("");
    rmSync(path("events.ndjson"));
    writeFileSync(path("elsewhere.ndjson"), "");
    symlinkSync("elsewhere.ndjson", path("events.ndjson"));
    expect(() => write("elsewhere.ndjson")).toThrow(words);
  });

  it("where anything else stands: a mistyped name costs nobody a file", () => {
    const { write, path, names } = openPlace();
    const foreign = {
      "page.html": "<!doctype html><title>Somebody's own</title>",
      "notes.txt": `my notes\n${page}`,
      "quoting.html": page.replace("\n<!--", "\n\n<!--"),
      "line.html": "\n",
    };
    for (const [name, text] of Object.entries(foreign)) writeFileSync(path(name), text);
    const before = names();
    for (const [name, text] of Object.entries(foreign)) {
      expect(() => write(name), name).toThrow(refusal("is there and is no report of meter-sync"));
      expect(readFileSync(path(name), "utf8")).toBe(text);
    }
    expect(names()).toEqual(before);
    expect(() =>
      placeText("/dev/null", { ...ours, mode: 0, databasePath: path("a.sqlite"), taken: [] }, () => page),
    ).toThrow(refusal("/dev/null is there and is no report of meter-sync"));
  });

  it("where the name is that of a folder, or leads to none; and what the disk says is said", () => {
    const { write, path, names } = openPlace();
    mkdirSync(path("folder"));
    symlinkSync("round", path("round"));
    expect(() => write("folder")).toThrow(refusal("is a folder; move it away, or name another file"));
    expect(() => write("no/r.html")).toThrow(refusal("there is no folder"));
    expect(() => write("round")).toThrow(refusal("links lead in a circle"));
    const tooLong = { kind: "environment", fields: { code: "ENAMETOOLONG" } };
    expect(() => write("x".repeat(300))).toThrow(expect.objectContaining(tooLong));
    // Nobody makes a file there, whoever they are.
    const options = { ...ours, mode: 0o644, databasePath: path("a.sqlite"), taken: [] };
    expect(() => placeText("/proc/r.html", options, () => page)).toThrow(
      expect.objectContaining({
        kind: "environment",
        message:
          "cannot write the report to /proc/r.html: ENOENT; check the disk, and what stands at that path",
      }),
    );
    expect(names()).toEqual(["a.sqlite", "folder", "round"]);
  });
});

it("doctor says whether it can be written, and nothing where none is asked for", () => {
  const { write, path } = openPlace();
  const look = (name: string) =>
    checkReport(path(name)).map(({ check, outcome, message }) => `${check} ${outcome}: ${message}`);
  expect(checkReport(null)).toEqual([]);
  expect(look("r.html")).toEqual([`report ok: ${path("r.html")}`]);
  write("r.html");
  expect(look("r.html")).toEqual([`report ok: ${path("r.html")}`]);
  expect(look("no/r.html")).toEqual([expect.stringMatching(/^report fail: .*\/no is not there: make it$/)]);
  expect(look("a.sqlite")).toEqual([
    expect.stringMatching(/^report fail: .* no report of meter-sync: move it away, or set METER_SYNC_REPORT/),
  ]);
});
