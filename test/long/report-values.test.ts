import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import Driver from "better-sqlite3";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../integration/run-program.ts";
import {
  hasBrowser,
  openBrowser,
  openSheet,
  readTable,
  type Sheet,
  unlessBrowser,
} from "../support/browser.ts";
import { documentV2, groupId, meterId } from "../support/documents.ts";
import { toActionCounts, toLiveRemaps } from "../support/report-oracle.ts";
import { openReportRun, type ReportRun } from "../support/report-run.ts";
import { openScriptedLeap } from "../support/scripted-leap.ts";

type Row = Readonly<Record<string, unknown>>;

let browser: Browser;
let run: ReportRun;
let sheet: Sheet;

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await openBrowser();
  run = await openReportRun();
  sheet = await openSheet(browser, pathToFileURL(run.reportPath).href);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await run?.close();
});

function ask(sql: string): Row[] {
  const connection = new Driver(run.world.database, { readonly: true });
  try {
    return connection.prepare(sql).all() as Row[];
  } finally {
    connection.close();
  }
}

/** 1204 as the page has it. */
const shown = (value: unknown) => Number(value).toLocaleString("en-US");
const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(" | ")).sort();
const table = async (id: string) => (await readTable(sheet.page, id)) ?? [];

describe.skipIf(!hasBrowser)(`what the report of a change of month says${unlessBrowser}`, () => {
  it("of enrollment is what snapshot_meters says", async () => {
    const rows = ask(`SELECT transmission_region AS region, enrollment_status AS status, dispatchable,
      count(*) AS n FROM snapshot_meters GROUP BY 1, 2, 3`);
    expect(rows.length).toBeGreaterThan(3);
    const said = (await table("standing-table")).map((cells) => cells.slice(0, 4));
    const known = rows.map(({ region, status, dispatchable, n }) => [
      String(region),
      String(status ?? "no status"),
      dispatchable === 1 ? "yes" : "no",
      shown(n),
    ]);
    expect(sorted(said)).toEqual(sorted(known));
    const tiles = await sheet.page.locator(".tiles b").allTextContents();
    const [counts] =
      ask(`SELECT count(*) AS meters, sum(dispatchable) AS active, sum(action_required) AS action,
      sum(is_missing) AS missing, sum(is_archived) AS archived FROM snapshot_meters`);
    expect(tiles.slice(1)).toEqual(Object.values(counts ?? {}).map(shown));
  });

  it("of the groups is what snapshot_group_members says, trade date by trade date", async () => {
    const members = ask(`SELECT trade_date, market_group_id AS id, count(DISTINCT meter_id) AS n
      FROM snapshot_group_members GROUP BY 1, 2`);
    // Around midnight a date is of some regions only: of the others' groups it says nothing.
    const looks = (await table("horizons")) as [string, string, string][];
    const regions = ask("SELECT market_group_id AS id, transmission_region AS r FROM snapshot_group_members");
    const isSeen = (r: unknown, day: string) =>
      looks.some(([region, from, to]) => region === r && from <= day && day <= to);
    const isKnown = (id: string, day: string) => regions.every((row) => row.id !== id || isSeen(row.r, day));
    const totals = ask(`SELECT trade_date, count(DISTINCT market_group_id) AS groups,
      count(DISTINCT meter_id) AS meters FROM snapshot_group_members GROUP BY 1 ORDER BY 1`);
    expect((await table("member-table")).map((cells) => cells.slice(0, 3))).toEqual(
      totals.map(({ trade_date, groups, meters }) => [String(trade_date), shown(groups), shown(meters)]),
    );
    const ids = [...new Set(members.map(({ id }) => String(id)))];
    const said = (await table("group-table")).map(([name = "", , ...counts]) => [name.slice(-36), ...counts]);
    const known = ids.map((id) => [
      id,
      ...totals.map(({ trade_date }) => {
        const found = members.find((row) => row.id === id && row.trade_date === trade_date);
        if (!isKnown(id, String(trade_date)))
          return trade_date === totals[0]!.trade_date ? "past" : "not yet";
        return found === undefined ? "none" : shown(found.n);
      }),
    ]);
    expect(sorted(said)).toEqual(sorted(known));
    // Over the change of month the groups are others.
    for (const word of ["none", "past", "not yet"]) expect(known.flat()).toContain(word);
  });

  it("of required actions is what snapshot_meters says, by code and deadline", async () => {
    const meters = ask("SELECT meter_id, required_actions FROM snapshot_meters WHERE action_required = 1");
    const counts = toActionCounts(meters, run.now);
    expect(counts.length).toBeGreaterThan(1);
    const said = (await table("action-table")).map(([deadline = "", ...rest]) => [
      deadline.replace(/ (past|soon)$/, ""),
      deadline.endsWith(" past") ? "past" : "ahead",
      ...rest,
    ]);
    expect(sorted(said)).toEqual(
      sorted(
        counts.map(({ day, isPast, code, party, meters: n }) => [
          day,
          isPast ? "past" : "ahead",
          code,
          party,
          shown(n),
        ]),
      ),
    );
  });

  it("of the remaps is what snapshot_events says, flow by flow", async () => {
    const [info] = ask("SELECT min(trade_date) AS first FROM snapshot_group_members");
    const events = ask(
      "SELECT event FROM snapshot_events WHERE type = 'meter.group.remapped' ORDER BY sequence",
    );
    const live = toLiveRemaps(
      events.map(({ event }) => JSON.parse(String(event)).data),
      String(info?.first),
    );
    expect(live.length).toBeGreaterThan(5);
    const ids = await sheet.page.locator("#remaps caption").evaluateAll((all) => all.map(({ id }) => id));
    const said: string[][] = [];
    for (const id of ids) {
      for (const [day = "", program = "", from = "", to = "", meters = ""] of await table(id)) {
        said.push([day, program, from.slice(-8), to.slice(-8), meters]);
      }
    }
    const flows = Map.groupBy(live, (remap) =>
      [
        remap.effective_from,
        remap.program,
        toEnd(remap.from_market_group_ids),
        toEnd(remap.to_market_group_ids),
      ]
        .map((part) => part ?? "none")
        .join(" | "),
    );
    expect(said.map((cells) => cells.join(" | ")).sort()).toEqual(
      [...flows].map(([flow, remaps]) => `${flow} | ${shown(remaps.length)}`).sort(),
    );
  });

  it("of the last runs and the sinks is what became of them, with this run's own delivery", async () => {
    const runs = ask("SELECT * FROM snapshot_runs ORDER BY started_at DESC LIMIT 30");
    expect((await table("run-table")).map((cells) => [cells.at(-1), cells[2], cells[3], cells[5]])).toEqual(
      runs.map(({ run_id, status, is_certified, report }) => [
        run_id,
        status,
        is_certified === 1 ? "yes" : "no",
        shown(JSON.parse(String(report)).meters.returned),
      ]),
    );
    const [events] = ask("SELECT max(sequence) AS last FROM snapshot_events");
    const [sink = []] = await table("sinks");
    expect(sink.slice(1, 5)).toEqual(["up to date", "0", "0", shown(events?.last)]);
  });
});

/** The first id of a list as the page shows it, beside a name; a remap of the simulator has one at most. */
function toEnd([id]: readonly string[]): string {
  return id === undefined ? "assigned" : id.slice(0, 8);
}

const attack = (mark: string) =>
  `${mark}</script></style></title></td><img src=x onerror=alert(1)><svg onload=alert(2)>` +
  '<script>alert(3)</script>"\'><a href="javascript:alert(4)">&lt;b&gt; ]]> -->';

it.skipIf(!hasBrowser)(`names that would be markup are words in the report${unlessBrowser}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "report-hostile-"));
  const leap = await openScriptedLeap();
  const reportPath = join(folder, "report.html");
  const action = {
    action_type: attack("type"),
    action_code: attack("code"),
    action_description: attack("description"),
    enrollment_deadline_date_time: "2026-11-09T00:00:00Z",
  };
  const toEntry = (number: number, group: string) => ({
    addedMs: Date.parse("2026-02-01T00:00:00Z"),
    document: documentV2({
      number,
      reference: attack("reference"),
      region: attack("region"),
      status: number === 1 ? attack("status") : "ACTIVE",
      stays: [{ group: attack(group), program: attack("program"), from: "2026-02-02" }],
      extra: { required_actions: { partner: [action], leap: [] } },
    }),
  });
  try {
    for (const [now, group] of [
      ["2026-10-28T12:00:00Z", "first"],
      ["2026-10-29T12:00:00Z", "second"],
    ] as const) {
      leap.dateMs = Date.parse(now);
      leap.entries = [1, 2, 3].map((number) => toEntry(number, group));
      const ended = await runProgram(["sync", "--now", now], {
        METER_SYNC_DATABASE: join(folder, "a.sqlite"),
        METER_SYNC_REPORT: reportPath,
        METER_SYNC_HOLD_GROUP: "off",
        LEAP_BASE_URL: leap.url,
        LEAP_API_KEY: leap.apiKey,
      });
      expect(ended.exitCode, ended.stderr).toBe(0);
    }
    const { page, noise, close } = await openSheet(browser, pathToFileURL(reportPath).href);
    expect(noise).toEqual([]);
    expect(await page.locator("script, img, iframe, object, embed, a[href^=javascript]").count()).toBe(0);
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .flatMap((one) => one.getAttributeNames())
        .filter((name) => /^on/.test(name)),
    );
    expect(handlers).toEqual([]);
    // They are there, as words: the name, reference and action of every kind of table.
    const text = (await page.textContent("main")) ?? "";
    for (const mark of [
      "first",
      "second",
      "reference",
      "region",
      "status",
      "program",
      "code",
      "description",
    ]) {
      expect(text, mark).toContain(`${mark}</script></style></title></td><img src=x onerror=alert(1)>`);
    }
    expect(text).toContain(groupId("second"));
    expect(text).toContain(meterId(1));
    await close();
  } finally {
    await leap.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
