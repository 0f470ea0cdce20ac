import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from "vitest";
import { loadGroups, openReader } from "../../src/reader/index.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { openCliWorld, second } from "./cli-world.ts";
import { type DrillWorld, echo, now, openDrillWorld, setReceiver } from "./drill-world.ts";
import { answerJson, answerText, openScriptedServer, type Step } from "./scripted-server.ts";
import { group, meter } from "./small-database.ts";

let world: DrillWorld;
beforeAll(async () => {
  world = await openDrillWorld();
});
afterAll(() => world.close());

/** A program that Leap has. */
const one = ["--group", group.north, "--program", "CCA"] as const;

test("a drill rings the receiver with the group of the snapshot, and its echo is the same", async () => {
  world.answers(echo());
  const words = ["--timeslots", "2", "--start", "16:30", "--duration", "15m", "--energy-kw", "12.5"];
  const more = ["--nomination-kw", "15", "--cap", "up-to-nomination", "--priority", "3", "--voluntary"];
  const types = ["--type", "5m", "--type", "day-ahead", "--yes"];
  const { exitCode, stdout, stderr } = await world.drill(...one, ...words, ...more, ...types);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const shown = JSON.parse(stdout);
  const toSlot = (start_time: string, end_time: string) => ({
    market_group_event_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/),
    start_time,
    end_time,
    cancelled: false,
    energy_kw: 12.5,
    nomination_kw: 15,
    performance_compensation_cap: "up-to-nomination",
    priority: 3,
    is_voluntary: true,
    dispatch_event_types: ["5m", "day-ahead"],
    programs: ["CCA"],
  });
  const dispatch = {
    market_group_id: group.north,
    meter_ids: [meter.plain, meter.hostile],
    partner_references: [expect.stringContaining("=1+1"), "SITE-1"],
    timeslots: [
      toSlot("2026-10-28T23:30:00.000Z", "2026-10-28T23:45:00.000Z"),
      toSlot("2026-10-28T23:45:00.000Z", "2026-10-29T00:00:00.000Z"),
    ],
  };
  expect(world.received()).toHaveLength(1);
  expect(world.received()[0]?.body).toEqual({
    integration_test_notification: true,
    communication_test: false,
    group_dispatches: [dispatch],
  });
  expect(shown).toMatchObject({
    trade_dates: { [group.north]: "2026-10-28" },
    request: { group_dispatches: [dispatch] },
    is_sent: true,
    report: { http_status: 200, round_trip_ms: expect.any(Number), error_message: null },
    echo: { kind: "same", difference_count: 0, differences: [] },
  });
  expect(world.leap.dispatches.communicationTestsAsked()).toBe(0);
});

describe("what the receiver answers decides", () => {
  const altered = echo((body) => body.replace('"priority":1', '"priority":2'));
  it.each<[string, Step, number, RegExp]>([
    ["its echo", echo(), 0, /^echo +the same as what was sent$/m],
    ["204", answerText("", 204), 0, /^http status +204$/m],
    ["OK in JSON", answerJson({ ok: true }), 0, /^echo +none: the body is some other JSON$/m],
    ["OK in words", answerText("OK"), 0, /^echo +none: the body is not JSON$/m],
    ["500", answerJson({ error: "broken" }, 500), 3, /^http status +500$/m],
    ["500 with an echo that differs", answerJson({ group_dispatches: [] }, 500), 3, /^http status +500$/m],
    ["a redirect", answerText("", 302, { location: "/" }), 3, /^http status +302$/m],
    ["nothing, ever", () => {}, 3, /^error +No whole response within 1000 ms$/m],
    ["a cut connection", (response) => response.destroy(), 3, /^error +The connection failed/m],
    ["another priority", altered, 7, /timeslots\[0\]\.priority: sent 1, echoed 2$/m],
    [
      "no group at all",
      echo(() => '{"group_dispatches":[]}'),
      7,
      /^echo +differs from what was sent in 1 place$/m,
    ],
  ])("%s", async (_, step, expected, line) => {
    world.answers(step);
    const { exitCode, stdout, stderr } = await world.drill(...one, "--yes", "--format", "table");
    expect([exitCode, stderr]).toEqual([expected, ""]);
    expect(stdout).toMatch(line);
    // However it ends: the bell was rung once.
    expect(world.received()).toHaveLength(1);
  });
});

test("secrets of the receiver's are not shown, and nothing it says steers the terminal", async () => {
  const step: Step = (response) => {
    const headers = { "set-cookie": ["a=ems-secret", "b=2"], "x-api-key": "ems-secret", server: "ems/1" };
    response.writeHead(200, { ...headers, "www-authenticate": "Bearer ems-secret" });
    response.end(`"\u001b[2J${"x".repeat(5000)}"`);
  };
  world.answers(step);
  for (const format of ["table", "json"]) {
    const { stdout, stderr } = await world.drillTyping("y\n", ...one, "--format", format);
    expect(stdout + stderr).not.toContain("ems-secret");
    expect(stdout + stderr).not.toContain("\u001b");
    expect(stdout).not.toContain(world.leap.apiKey);
    expect(stdout).toMatch(/server/);
    expect(stdout).toMatch(/set-cookie.*\n?.*\(not shown\)/);
    if (format === "table") expect(stdout).toMatch(/the first 2000 of 5006 characters/);
    else expect(JSON.parse(stdout).report).toMatchObject({ body_length: 5006 });
  }
});

test("a receiver that repeats what it was sent tells no secret that Leap sends along", async () => {
  world.answers((response, { headers }) => {
    response.writeHead(200, { "x-received": String(headers["x-ems-key"]) });
    response.end(JSON.stringify({ headers }));
  });
  for (const format of ["table", "json"]) {
    const { exitCode, stdout } = await world.drill(...one, "--yes", "--format", format);
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining("ems-secret")]);
    expect(stdout).toMatch(/x-ems-key\\?": ?\\?"\(not shown\)/);
  }
});

describe("whoever is there is asked", () => {
  it.each(["y\n", "YES\n", " y \r\n"])("and %j sends it, after it was shown", async (typed) => {
    world.answers(echo());
    const { exitCode, stdout, stderr } = await world.drillTyping(typed, ...one);
    expect([exitCode, stderr]).toEqual([0, "Send it? [y/N] "]);
    expect(stdout).toMatch(
      /^A test notification for 1 group and 1 timeslot, through .*\n.*It moves no assets/,
    );
    expect(world.received()).toHaveLength(1);
  });

  it.each(["\n", "n\n", "yesterday\n", "no\ny\n", ""])("and %j sends nothing", async (typed) => {
    world.answers(echo());
    const { exitCode, stderr } = await world.drillTyping(typed, ...one);
    expect([exitCode, stderr]).toEqual([0, "Send it? [y/N] nothing was sent\n"]);
    expect(world.received()).toEqual([]);
  });

  it("as JSON, the request is shown beside the result, which is one document", async () => {
    world.answers(echo());
    const { stdout, stderr } = await world.drillTyping("y\n", ...one, "--format", "json");
    expect(JSON.parse(stdout)).toMatchObject({ is_sent: true });
    expect(stderr).toMatch(/"group_dispatches"[\s\S]*Send it\? \[y\/N\] $/);
  });

  it("where nobody is, it is shown, and nothing is sent without --yes", async () => {
    world.answers(echo());
    const { exitCode, stdout, stderr } = await world.drill(...one);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ is_sent: false, report: null, echo: null });
    expect(stderr).toMatch(/nothing was sent: nobody sits at a terminal .* --yes/);
    expect(world.received()).toEqual([]);
  });
});

test("Ctrl-C at what is shown sends nothing, though --yes was said before", async () => {
  world.answers(echo());
  const { exitCode, stderr } = await world.drillStopped(...one, "--yes");
  expect([exitCode, stderr]).toEqual([3, "meter-sync: stopped: nothing was sent\n"]);
  expect(world.received()).toEqual([]);
});

test("Ctrl-C amid the sending is heard, and what may have become of it is said", async () => {
  world.answers(() => process.emit("SIGINT"));
  const { exitCode, stderr } = await world.drill(...one, "--yes");
  expect([exitCode, stderr]).toEqual([
    3,
    expect.stringMatching(/stopped while .* under way: Leap may send it/),
  ]);
  expect(world.received()).toHaveLength(1);
});

test("a dry run only shows, without a key, and to nobody", async () => {
  world.answers(echo());
  const { exitCode, stdout } = await world.drillTyping("y\n", ...one, "--dry-run", "--format", "table");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^A test notification for 1 group/);
  expect(world.received()).toEqual([]);
});

test("where Leap has no receiver, it is said how to set one", async () => {
  const bare = await startSimulator({
    seed: 5,
    meterCount: 10,
    startDate: "2026-10-28",
    nowMs: Date.parse(now),
  });
  onTestFinished(bare.close);
  const { exitCode, stderr } = await world.drillAt(bare.url, ...one, "--yes");
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/404\. Most likely no webhook .* PUT \/v2\/dispatch\/group\/webhook/);
});

test("a rehearsal spares the real Leap", async () => {
  const { exitCode, stdout, stderr } = await world.drillAt("https://api.leap.energy", ...one, "--yes");
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toMatch(/--now rehearses and is refused against Leap's production host/);
});

test("the program itself drills a real group of a real snapshot", async () => {
  const real = await openCliWorld(40);
  onTestFinished(real.close);
  const receiver = await openScriptedServer(echo());
  onTestFinished(receiver.close);
  await setReceiver(real.leap, receiver.url);
  await real.sync(second);
  const reader = openReader(real.database);
  const [first] = [...loadGroups(reader, "2026-10-29")];
  reader.close();
  const words = ["--trade-date", "2026-10-29", "--now", second, "--yes"];
  const { exitCode, stdout } = await real.run([
    "dispatch",
    "drill",
    "--group",
    `${first?.market_group_id}`,
    ...words,
  ]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ echo: { kind: "same" } });
  const body = receiver.received[0]?.body as { group_dispatches: { meter_ids: string[] }[] };
  const [sent] = body.group_dispatches;
  expect(sent?.meter_ids).toHaveLength(first?.member_count ?? -1);
});
