import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { acquireLock } from "../../src/database/index.ts";
import { appendToOutbox } from "../contract/outbox.ts";
import { openStreamFolder, type StreamFolder } from "./stream-folder.ts";

let at: StreamFolder;
let backup: string;
beforeEach(() => {
  const opened = openStreamFolder();
  at = opened;
  backup = join(at.path, "backup");
  return opened.remove;
});

/** The next start makes another stream of it, says so once, and everything is in order from then on. */
function expectRenewed(because: RegExp, database = at.database): void {
  const { stream_id: before, last_sequence: last } = at.readStream(database);
  const warned = at.warnings.length;
  at.start(database);
  const { file, beside } = at.readAll(database) as Record<string, Record<string, unknown>>;
  expect(file!.stream_id).not.toBe(before);
  expect(file).toEqual({ stream_id: beside!.stream_id, mark: beside!.mark, last_sequence: last });
  expect(beside).toMatchObject({ sequence: last, id: last === 0 ? null : `id-${last}` });
  expect(at.warnings.slice(warned)).toEqual([expect.stringMatching(because)]);
  expect(at.warnings.at(-1)).toMatch(/new stream id.* consumers see another streamid and start again/);
  expectUntouched(database);
}

function expectUntouched(database = at.database): void {
  const warned = at.warnings.length;
  const before = at.readAll(database);
  at.start(database);
  at.start(database, false);
  expect(at.readAll(database)).toEqual(before);
  expect(at.warnings).toHaveLength(warned);
}

describe("a database without a mark", () => {
  it("gets none while nothing was told, and one silently before the first event is", () => {
    expectUntouched();
    at.tell(0);
    expect(readdirSync(at.path)).toEqual(["a.sqlite"]);
    at.tell(3);
    expect(at.readMark()).toEqual({ stream_id: "stream-1", sequence: 3, id: "id-3", mark: "made-1" });
    expect(at.readStream()).toEqual({ stream_id: "stream-1", mark: "made-1", last_sequence: 3 });
    expectUntouched();
  });

  it("is told apart from one deleted since, whose mark is still there, before it tells anything", () => {
    at.tell(3);
    rmSync(at.database);
    at.start();
    expect(at.warnings).toEqual([expect.stringMatching(/of another stream/)]);
    const { stream_id: id, mark } = at.readStream();
    expect(id).not.toBe("stream-1");
    at.tell(2);
    expect(at.readMark()).toEqual({ stream_id: id, sequence: 2, id: "id-2", mark });
    expectUntouched();
  });
});

describe("a backup put in the place of a later file", () => {
  it("is another stream from the next start on", () => {
    at.tell(3);
    at.copy(at.database, backup);
    at.tell(5);
    at.copy(backup, at.database);
    expectRenewed(/events up to 5 may have been told, and it ends at 3/);
    at.tell(5);
    expectUntouched();
    // Yesterday's backup is of the stream before.
    at.copy(backup, at.database);
    expectRenewed(/of another stream/);
  });

  it("stays the same stream where nothing was told since it was made", () => {
    at.tell(3);
    at.copy(at.database, backup);
    rmSync(at.database);
    at.copy(backup, at.database);
    expectUntouched();
  });

  it("is noticed where it was made before anything was told, or before there were marks", () => {
    at.open((database) => appendToOutbox(database, 1, 3));
    at.copy(at.database, backup);
    at.tell(5);
    at.copy(backup, at.database);
    expectRenewed(/up to 5 .* ends at 3/);
  });

  it("is noticed where an earlier release went on from it to as many events as were told, and others", () => {
    at.tell(3);
    at.copy(at.database, backup);
    at.tell(5);
    at.copy(backup, at.database);
    at.open((database) => {
      appendToOutbox(database, 4, 7);
      database.execute("UPDATE event SET id = 'other-' || sequence WHERE sequence > 3");
    });
    at.open((database) => {
      database.execute("UPDATE event SET id = 'id-7' WHERE sequence = 7");
    });
    expectRenewed(/event 5 was told with another id/);
  });

  it("is noticed where the companion is gone, or is another database's", () => {
    at.tell(3);
    rmSync(`${at.database}.told`);
    expectRenewed(/the mark that stood beside it is gone/);
    const other = join(at.path, "b.sqlite");
    at.tell(3, other);
    at.copy(`${other}.told`, `${at.database}.told`);
    expectRenewed(/of another stream/);
    expectUntouched(other);
  });

  it("is noticed where two files went on from one that was never told from", () => {
    const other = join(at.path, "b.sqlite");
    at.open((database) => appendToOutbox(database, 1, 3));
    at.copy(at.database, other);
    at.tell(3);
    at.tell(3, other);
    at.copy(other, at.database);
    expectRenewed(/of another file/);
  });
});

describe("a database that is moved", () => {
  it("stays the same stream when its mark goes with it", () => {
    at.tell(3);
    const there = join(at.path, "there");
    mkdirSync(there);
    for (const suffix of ["", ".told"])
      at.copy(`${at.database}${suffix}`, join(there, `moved.sqlite${suffix}`));
    expectUntouched(join(there, "moved.sqlite"));
    expectUntouched();
  });

  it("has its mark beside the file itself, whichever link it is opened by", () => {
    const links = join(at.path, "links");
    mkdirSync(links);
    at.tell(3);
    const link = join(links, "link.sqlite");
    symlinkSync(at.database, link);
    at.tell(4, link);
    expect(readdirSync(links)).toEqual(["link.sqlite"]);
    expect(at.readMark()).toMatchObject({ sequence: 4 });
    at.start(link);
    expectUntouched();
  });
});

describe("the run lock (I12)", () => {
  it("is taken by a delivery for a renewal alone: a run under way would go on in the old stream", () => {
    at.tell(3);
    const lock = acquireLock(`${at.database}.lock`, "a test");
    at.start(at.database, false);
    rmSync(`${at.database}.told`);
    const before = at.readAll();
    expect(() => at.start(at.database, false)).toThrow(expect.objectContaining({ kind: "locked" }));
    expect(at.readAll()).toEqual(before);
    lock.release();
    at.start(at.database, false);
    expect(at.readStream().stream_id).not.toBe("stream-1");
    acquireLock(`${at.database}.lock`, "a test").release();
  });
});

it("writes no mark through a link that stands where it is written aside", () => {
  const other = join(at.path, "other");
  writeFileSync(other, "of someone else");
  symlinkSync(other, `${at.database}.told.new`);
  at.tell(3);
  expect(readFileSync(other, "utf8")).toBe("of someone else");
  expect(at.readMark()).toMatchObject({ sequence: 3 });
});

describe("a mark that cannot be read", () => {
  it.each([
    ["is damaged", (path: string) => writeFileSync(path, '{"stream_id":'), /is damaged; remove it/],
    ["is a folder", (path: string) => mkdirSync(path), /not a file of ours; move it away/],
    ["is far too large", (path: string) => writeFileSync(path, " ".repeat(5000)), /not a file of ours/],
  ])("because it %s ends the run before anything is done", (_, damage, message) => {
    at.tell(3);
    rmSync(`${at.database}.told`);
    damage(`${at.database}.told`);
    const before = at.readStream();
    expect(() => at.start()).toThrow(expect.objectContaining({ kind: "environment" }));
    expect(() => at.start()).toThrow(message);
    expect(() => at.tell(4)).toThrow(message);
    expect(at.readStream()).toEqual({ ...before, last_sequence: 4 });
    rmSync(`${at.database}.told`, { recursive: true });
    expectRenewed(/is gone/);
  });
});
