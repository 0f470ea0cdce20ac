import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examineAll } from "../../src/cli/doctor-checks.ts";
import { toInvocation } from "../../src/cli/invocation.ts";
import { openOutput } from "../../src/cli/output.ts";
import { openDatabase } from "../../src/database/index.ts";
import { fillSmallDatabase } from "./small-database.ts";

let folder: string;
/** The page that every table begins on. */
let pages: ReadonlyMap<string, number>;
const pageBytes = 4096;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doctor-damage-"));
  fillSmallDatabase(join(folder, "whole.sqlite"));
  const database = openDatabase(join(folder, "whole.sqlite"));
  const rows = database.prepare("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'").all();
  pages = new Map(rows.map(({ name, rootpage }) => [String(name), Number(rootpage)]));
  database.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every finding on a file of the folder; without credentials nobody is asked. */
async function examine(name: string, environment: Record<string, string> = {}) {
  const stdout = new PassThrough();
  const invocation = toInvocation(
    {
      arguments: [],
      environment: {
        METER_SYNC_DATABASE: join(folder, name),
        METER_SYNC_LISTEN: "127.0.0.1:0",
        METER_SYNC_SINKS: "file:events.ndjson",
        ...environment,
      },
      cwd: folder,
      openStdin: () => Readable.from([]),
      stdout,
      stderr: new PassThrough(),
      self: ["false"],
    },
    openOutput(stdout),
    {},
  );
  const findings = await examineAll(invocation);
  return (check: string) => findings.find((finding) => finding.check === check);
}

it.each(["run", "event", "sink", "delivery", "stream", "meter"])(
  "looks at all the rest where a page of the table %s is damaged, and names the file",
  async (table) => {
    copyFileSync(join(folder, "whole.sqlite"), join(folder, "damaged.sqlite"));
    const file = openSync(join(folder, "damaged.sqlite"), "r+");
    writeSync(file, Buffer.alloc(pageBytes, 0xfe), 0, pageBytes, ((pages.get(table) ?? 0) - 1) * pageBytes);
    closeSync(file);
    const find = await examine("damaged.sqlite");
    expect(find("file")).toMatchObject({ outcome: "fail", exitCode: 3 });
    expect(find("file")?.message).toContain("is damaged");
    expect(find("time zones")).toMatchObject({ outcome: "ok" });
    expect(find("leap")).toMatchObject({ message: expect.stringContaining("credentials") });
  },
);

it("says of a file without anything in it what it is, and looks at the rest", async () => {
  writeFileSync(join(folder, "empty.sqlite"), "");
  for (const environment of [{}, { METER_SYNC_EXPORT: "out.sqlite" }]) {
    const find = await examine("empty.sqlite", environment);
    expect(find("database")).toMatchObject({ outcome: "fail", exitCode: 2 });
    expect(find("database")?.message).toMatch(
      /empty\.sqlite is empty: where there was a database, put a backup/,
    );
    expect(find("time zones")).toMatchObject({ outcome: "ok" });
  }
});
