import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { runInProcess } from "./cli-in-process.ts";
import { fillSmallDatabase, meter } from "./small-database.ts";

const folder = mkdtempSync(join(tmpdir(), "cli-actions-"));
const path = join(folder, "small.sqlite");

type Action = Readonly<
  Record<"party" | "program" | "type" | "code" | "deadline" | "description", string | null>
>;

function action(code: string, deadline: string | null, party: Action["party"] = "partner") {
  const shared = { program: "CCA", delivery_period: "PERIOD_0", type: "ENROLLMENT" };
  return { party, ...shared, code, deadline, description: `to do: ${code}` };
}

/** By meter, in the order in which the snapshot has them. */
const actions = {
  plain: [action("B", "2026-11-20T08:00:00.000Z"), action("L", "2026-10-29T08:00:00.000Z", "leap")],
  hostile: [
    action("A", "2026-10-28T06:00:00.000Z"),
    action("B", null),
    action("O", "2026-11-20T08:00:00.000Z", null),
  ],
};

beforeAll(() => {
  fillSmallDatabase(path);
  const database = openDatabase(path);
  const save = database.prepare("UPDATE revision SET required_actions = ? WHERE revision_id = ?");
  save.run(JSON.stringify(actions.plain), 1);
  save.run(JSON.stringify(actions.hostile), 2);
  // The third meter is archived.
  save.run(JSON.stringify([action("A", "2026-10-01T08:00:00.000Z")]), 3);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function ask(words: string): Promise<string> {
  const given = ["actions", ...words.split(" ").filter(Boolean), "--database", path];
  const { exitCode, stdout } = await runInProcess([...given, "--now", "2026-10-28T07:00:00Z"]);
  expect(exitCode).toBe(0);
  return stdout;
}

async function codes(words: string): Promise<string> {
  return (JSON.parse(await ask(words)) as readonly Action[]).map(({ code }) => code).join(" ");
}

describe("actions", () => {
  it("are a row each with the meter's names, the next deadline first, those without one last", async () => {
    const rows = JSON.parse(await ask("")) as readonly Action[];
    expect(rows.map(({ code, deadline }) => `${code} ${deadline}`)).toEqual([
      "A 2026-10-28T06:00:00.000Z",
      "B 2026-11-20T08:00:00.000Z",
      "O 2026-11-20T08:00:00.000Z",
      "B null",
    ]);
    expect(rows[1]).toEqual({
      meter_id: meter.plain,
      partner_reference: "SITE-1",
      transmission_region: "CAISO",
      ...actions.plain[0],
    });
  });

  it.each([
    ["--party all", "A L B O B"],
    ["--party leap", "L"],
    ["--party partner", "A B O B"],
    ["--partner-reference SITE-1", "B"],
    ["--partner-reference SITE-1 --party all", "L B"],
    ["--partner-reference SITE", ""],
    [`--meter ${meter.hostile.toUpperCase()}`, "A O B"],
    [`--meter ${meter.missing}`, ""],
    ["--code B", "B B"],
    ["--code b", ""],
    ["--due-within 0s", "A"],
    ["--due-within 23d", "A"],
    ["--due-within 24d", "A B O"],
    ["--due-within 999999999d", "A B O"],
    ["--due-within 24h --party all", "A"],
    ["--due-within 25h --party all --limit 1", "A"],
    ["--due-within 25h --party all", "A L"],
    ["--limit 2", "A B"],
  ])("are narrowed by %s", async (words, told) => {
    expect(await codes(words)).toBe(told);
  });

  it("are shown as a table with the party only where there are both", async () => {
    const table = await ask("--limit 2 --format table");
    expect(table).toMatch(/^DEADLINE +PARTNER REFERENCE +PROGRAM +CODE +DESCRIPTION +METER ID\n/);
    expect(table).toMatch(/… and more|to do: B/);
    expect(await ask("--party all --format table")).toMatch(/^PARTY +DEADLINE /);
    expect(await ask("--code Z --format table")).toBe("nothing waits for the partner\n");
    expect(await ask("--code Z --party leap --format table")).toBe("nothing waits for Leap\n");
  });
});
