import { existsSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { acknowledgementOf, after, during, hours, openVolueCli, usageOf } from "./volue-cli.ts";

describe("volue report", () => {
  test("checks each report against its event, sends it, and tells what Volue calls it", async () => {
    const { volue, report, list } = await openVolueCli();
    const { exitCode, rows } = await report([usageOf("e-1"), usageOf("e-2", 2)]);
    expect(exitCode).toBe(0);
    expect(rows).toMatchObject([
      { event_id: "e-1", kind: "usage", payloads: 2, state: "reported", sent: true, volue_id: "volue-1" },
      { event_id: "e-2", kind: "usage", payloads: 2, state: "reported", sent: true, volue_id: "volue-2" },
    ]);
    expect(volue.reports()).toEqual([usageOf("e-1"), usageOf("e-2", 2)]);
    expect(await list()).toMatchObject([{ state: "reported" }, { state: "reported" }]);
  });

  test("says of what is reported that it is, asks Volue nothing, and sends nothing", async () => {
    const { volue, report } = await openVolueCli();
    const first = await report([usageOf("e-1")]);
    volue.received.length = 0;
    const inUtc = JSON.parse(JSON.stringify(usageOf("E-1")).replaceAll("T17:00:00+01:00", "T16:00:00Z"));
    for (const words of [[], ["--again"]]) {
      const { exitCode, rows } = await report([inUtc], "2026-06-01T00:00:00Z", ...words);
      expect(exitCode).toBe(0);
      expect(rows).toMatchObject([{ state: "reported", sent: false, report_id: first.rows[0]?.report_id }]);
      expect(rows[0]?.notes[0]?.message).toBe("already reported as volue-1, at 2026-01-10T20:00:00.000Z");
    }
    expect(volue.received).toEqual([]);
  });

  test("sends another report of the same event and kind only where that is asked for", async () => {
    const { volue, report } = await openVolueCli();
    await report([acknowledgementOf("e-1")], during);
    expect((await report([usageOf("e-1")])).exitCode).toBe(0);
    const { exitCode, rows } = await report([usageOf("e-1", 3)]);
    expect(exitCode).toBe(2);
    expect(rows).toMatchObject([{ state: "withheld", sent: false }]);
    expect(rows[0]?.problems[0]?.message).toMatch(/another usage report of this event has been reported/);
    expect(volue.reports()).toHaveLength(2);
    expect((await report([usageOf("e-1", 3)], after, "--again")).rows).toMatchObject([
      { volue_id: "volue-3" },
    ]);
  });

  test("sends none of two different reports of one event and kind: half of it would be told", async () => {
    const { volue, report } = await openVolueCli();
    const [one, other] = usageOf("e-1").payloads.map((payload) => ({ eventId: "e-1", payloads: [payload] }));
    for (const words of [["--dry-run"], []]) {
      const { exitCode, rows } = await report(
        [one, { ...other, eventId: "E-1" }, usageOf("e-2")],
        after,
        ...words,
      );
      expect([exitCode, rows[0]?.state, rows[1]?.state]).toEqual([2, "invalid", "invalid"]);
      expect(rows[0]?.problems[0]?.message).toContain("put their payloads into one report");
    }
    expect(volue.reports()).toMatchObject([{ eventId: "e-2" }]);
    expect((await report([one, one])).rows.map(({ sent }) => sent)).toEqual([true, false]);
    expect((await report([one, other], after, "--again")).rows.map(({ sent }) => sent)).toEqual([
      false,
      true,
    ]);
  });

  test("sends none that fails the check, says why by field, and sends the others", async () => {
    const { volue, report, list } = await openVolueCli();
    const reports = [
      usageOf("e-1", -1),
      usageOf("e-2", 1, { resolution: "00:30:00" }),
      usageOf("e-3", 1, { points: 5 }),
      usageOf("e-4"),
    ];
    const { exitCode, rows } = await report(reports);
    expect(exitCode).toBe(2);
    expect(rows.map(({ state }) => state)).toEqual(["invalid", "invalid", "invalid", "reported"]);
    expect(rows.map(({ problems }) => problems[0]?.path)).toEqual([
      "payloads[0].points[0].kiloWattHours",
      "payloads[0].resolution",
      "payloads[0].points",
      undefined,
    ]);
    expect(volue.reports()).toEqual([usageOf("e-4")]);
    expect(await list()).toHaveLength(1);
  });

  test("names acknowledgements as configured, and that makes no other report of them", async () => {
    const { volue, run, write } = await openVolueCli();
    const file = write("a.json", acknowledgementOf("e-1"));
    const words = ["report", "--file", file, "--now", during];
    await run(words);
    await run(words, { VOLUE_ACKNOWLEDGEMENT_TYPES: "acknowledged" });
    const other = write("b.json", acknowledgementOf("e-2"));
    await run(["report", "--file", other, "--now", during], { VOLUE_ACKNOWLEDGEMENT_TYPES: "acknowledged" });
    expect(volue.reports().map(({ payloads }) => payloads[0])).toMatchObject([
      { payloadType: "ResourceLPCAcknowledgement" },
      { payloadType: "ResourceLPCAcknowledged" },
    ]);
  });

  test("lets gaps and lateness pass where that is said", async () => {
    const { report } = await openVolueCli();
    const gap = usageOf("e-1", 1, { points: [{ timestamp: hours[0], kiloWattHours: 1 }] });
    expect((await report([gap])).exitCode).toBe(2);
    const { exitCode, rows } = await report([gap], after, "--allow-gaps");
    expect([exitCode, rows[0]?.notes.length]).toEqual([0, 2]);
    expect((await report([usageOf("e-2")], "2026-02-01T00:00:00Z")).exitCode).toBe(2);
    expect((await report([usageOf("e-2")], "2026-02-01T00:00:00Z", "--late")).exitCode).toBe(0);
  });

  test("reads CSV by the name of its file, or where that is said", async () => {
    const { volue, run, write } = await openVolueCli();
    const head = "event_id,payload_type,resource_id,resolution,timestamp,kilowatt_hours";
    const lines = ["charger-1", "charger-2"].flatMap((resource) =>
      hours.map((hour) => `e-1,EnergyUsage,${resource},01:00:00,${hour},1.5`),
    );
    const text = [head, ...lines].join("\n");
    const named = await run(["report", "--file", write("u.CSV", text), "--now", after]);
    expect(named.exitCode).toBe(0);
    expect(volue.reports()).toEqual([usageOf("e-1")]);
    const said = ["report", "--file", write("u.txt", text), "--input", "csv", "--now", after];
    expect((await run(said)).exitCode).toBe(0);
    expect((await run(["report", "--file", write("u.txt", text), "--now", after])).exitCode).toBe(2);
    expect(volue.reports()).toHaveLength(1);
  });

  test("sends nothing of an input that it cannot read to its end", async () => {
    const { volue, run, write, folder } = await openVolueCli(true);
    const file = write("u.ndjson", `${JSON.stringify(usageOf("e-1"))}\n{"eventId":`);
    expect((await run(["report", "--file", file, "--now", after])).exitCode).toBe(2);
    expect(volue.received).toEqual([]);
    expect(existsSync(`${folder}/run.sqlite`)).toBe(false);
  });

  test("checks only in a dry run, knows what is kept, and leaves no file behind", async () => {
    const { volue, report, folder } = await openVolueCli(true);
    const dry = await report([usageOf("e-1"), usageOf("e-2", -1)], after, "--dry-run");
    expect(dry.exitCode).toBe(2);
    expect(dry.rows.map(({ state }) => state)).toEqual(["checked", "invalid"]);
    expect(readdirSync(folder)).toEqual(["reports.json"]);
    expect(volue.reports()).toEqual([]);
    await report([usageOf("e-1")]);
    const reports = [usageOf("e-1"), usageOf("e-1", 2), usageOf("e-3")];
    const { rows } = await report(reports, after, "--dry-run");
    expect(rows.map(({ state }) => state)).toEqual(["reported", "withheld", "checked"]);
    expect(volue.reports()).toHaveLength(1);
  });

  test("is not rehearsed against Volue's production, and needs a client", async () => {
    const { run, write, volue } = await openVolueCli();
    const file = write("u.json", usageOf("e-1"));
    for (const host of ["api.voluespark.com", "API.voluespark.com."]) {
      const environment = { VOLUE_BASE_URL: `https://${host}/energy-coordination/v1` };
      const words = ["report", "--file", file, "--now", after, "--dry-run"];
      expect((await run(words, environment)).exitCode).toBe(2);
    }
    const none = { VOLUE_CLIENT_ID: "", VOLUE_CLIENT_SECRET: "" };
    expect((await run(["report", "--file", file], none)).exitCode).toBe(2);
    expect(volue.received).toEqual([]);
  });

  test("prints a table with what was found beneath, neutralised, and each other form", async () => {
    const { run, write, volue } = await openVolueCli();
    volue.report = () => ({
      status: 400,
      body: { title: "No", errors: { "a\u001b[2J": ["=cmd \u001b[31m"] } },
    });
    const file = write("u.json", [usageOf("e-1")]);
    const table = await run(["report", "--file", file, "--now", after, "--format", "table"]);
    expect(table.stdout).toMatch(
      /^EVENT ID +KIND +PAYLOADS +STATE +SENT +VOLUE ID\ne-1 +usage +2 +refused +yes +-\n/,
    );
    expect(table.stdout).toMatch(/\ne-1 usage\n {2}a.*: =cmd /);
    expect(table.stdout).not.toContain("\u001b");
    const csv = await run(["report", "--file", file, "--now", after, "--format", "csv"]);
    expect(csv.stdout.split("\n")[0]).toBe(
      "event_id,kind,payloads,state,sent,volue_id,report_id,problems,notes",
    );
    const empty = await run(["report", "--file", write("none.json", "[]"), "--format", "table"]);
    expect(empty).toEqual({ exitCode: 0, stdout: "no reports\n" });
  });
});
