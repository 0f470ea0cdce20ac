import { expect, test } from "vitest";
import { variables } from "../../../src/config/index.ts";
import { configOf, problemsOf } from "./config-of.ts";

test("an empty environment gives every default, and no credentials", () => {
  expect(configOf({})).toEqual({
    databasePath: "/srv/job/data/meter-sync.sqlite",
    leap: { baseUrl: "https://api.leap.energy", apiVersion: "v2", accountId: null, credentials: null },
    horizonDays: 3,
    concurrency: 4,
    pageSize: 500,
    requestCountMax: 100_000,
    runTimeMaxMs: 4 * 3_600_000,
    portfolioStartMs: Date.UTC(2017, 0, 1),
    defaultZone: "America/Los_Angeles",
    zones: {},
    resumeWithinMs: 6 * 3_600_000,
    missingConfirmAfterMs: 12 * 3_600_000,
    fullChainEveryMs: 7 * 86_400_000,
    pollTrustPercent: 95,
    hold: {
      empty: true,
      absent: { percent: 5, count: 10 },
      region: { percent: 50, count: 10 },
      program: { percent: 50, count: 10 },
      loss: { percent: 20, count: 10 },
      group: { percent: 50, count: 5 },
      account: { percent: 50, count: 10 },
    },
    cron: "17 6 * * *",
    pollCron: null,
    timezone: "UTC",
    runDeadlineMs: 5 * 3_600_000,
    listen: { host: "127.0.0.1", port: 9464 },
    sinks: [],
    backlogCountMax: 100_000,
    ackMarginHours: 12,
    acknowledgedBy: [],
    ackToken: null,
    allowsNetworkFileSystem: false,
    exportPath: null,
    exportKeepCount: 1,
    exportsPersonalData: false,
    reportPath: null,
    keep: {
      eventsMs: 90 * 86_400_000,
      revisionsMs: 90 * 86_400_000,
      historyMs: 1100 * 86_400_000,
      runsMs: 400 * 86_400_000,
    },
    metricsPath: null,
    heartbeat: { sync: null, deliver: null },
    volue: {
      baseUrl: "https://api.voluespark.com/energy-coordination/v1",
      tokenUrl: "https://auth.identity.volue.com/connect/token",
      credentials: null,
      scope: null,
      acknowledgementTypes: "acknowledgement",
    },
  });
});

test("an empty variable is an unset one", () => {
  const empty = Object.fromEntries(
    variables.flatMap(({ name }) => [
      [name, ""],
      [`${name}_FILE`, ""],
    ]),
  );
  expect(configOf({ ...empty, METER_SYNC_NO_SUCH_THING: "" })).toEqual(configOf({}));
});

test("the configuration is frozen, all the way down", () => {
  const config = configOf({ METER_SYNC_SINKS: "stdout" });
  const { leap, listen, sinks, zones, hold } = config;
  for (const part of [config, leap, listen, sinks, sinks[0], zones, hold, hold.absent]) {
    expect(Object.isFrozen(part)).toBe(true);
  }
});

test("values become what they mean", () => {
  const config = configOf({
    METER_SYNC_LISTEN: "[::1]:80",
    METER_SYNC_SINKS: "stdout, file:out/events.ndjson",
    METER_SYNC_EXPORT: "copy.sqlite",
    METER_SYNC_POLL_CRON: "5 * * * *",
    LEAP_BASE_URL: "https://api.staging.leap.energy/",
  });
  expect(config.listen).toEqual({ host: "::1", port: 80 });
  expect(config.sinks).toEqual([
    { kind: "stdout", name: "stdout" },
    { kind: "file", name: "file:/srv/job/out/events.ndjson", path: "/srv/job/out/events.ndjson" },
  ]);
  expect(config.exportPath).toBe("/srv/job/copy.sqlite");
  expect(config.pollCron).toBe("5 * * * *");
  expect(config.leap.baseUrl).toBe("https://api.staging.leap.energy");
});

test("no two things are written to one file", () => {
  const shared = { METER_SYNC_EXPORT: "a.prom", METER_SYNC_METRICS_FILE: "./a.prom" };
  expect(problemsOf(shared)).toEqual([expect.stringMatching(/^METER_SYNC_METRICS_FILE names the file of/)]);
  expect(problemsOf({ METER_SYNC_METRICS_FILE: "m.prom", METER_SYNC_SINKS: "file:m.prom" })).toEqual([
    expect.stringMatching(/^METER_SYNC_SINKS names the file of/),
  ]);
});

test("the report has a file of its own, and one problem says so", () => {
  const problem = [expect.stringMatching(/^METER_SYNC_REPORT names the file of .* a file of its own$/)];
  const shared: Record<string, string>[] = [
    { METER_SYNC_EXPORT: "r.html" },
    { METER_SYNC_EXPORT: "r.html", METER_SYNC_REPORT: "r.html.lock" },
    { METER_SYNC_EXPORT: "r.html", METER_SYNC_REPORT: "r.html.1" },
    { METER_SYNC_METRICS_FILE: "r.prom", METER_SYNC_REPORT: "/srv/job/r.prom" },
    { METER_SYNC_SINKS: "stdout,file:x,file:r.html" },
  ];
  for (const environment of shared) {
    expect(problemsOf({ METER_SYNC_REPORT: "./r.html", ...environment })).toEqual(problem);
  }
  const apart = { METER_SYNC_EXPORT: "r.sqlite", METER_SYNC_SINKS: "file:r.ndjson" };
  expect(configOf({ METER_SYNC_REPORT: "r.html", ...apart }).reportPath).toBe("/srv/job/r.html");
});

test("budgets and rules become what they mean, and off switches a rule off", () => {
  const config = configOf({
    METER_SYNC_REQUESTS_MAX: "2500000",
    METER_SYNC_RUN_TIME_MAX: "90m",
    METER_SYNC_FULL_CHAIN_EVERY: "off",
    METER_SYNC_POLL_TRUST: "100%",
    METER_SYNC_HOLD_EMPTY: "off",
    METER_SYNC_HOLD_ABSENT: "7%, 25",
    METER_SYNC_HOLD_REGION: "off",
    METER_SYNC_HOLD_PROGRAM: "1%,2",
    METER_SYNC_HOLD_LOSS: "3%,4",
    METER_SYNC_HOLD_GROUP: "0%,0",
    METER_SYNC_HOLD_ACCOUNT: "100%,1000000",
  });
  expect(config).toMatchObject({
    requestCountMax: 2_500_000,
    runTimeMaxMs: 5_400_000,
    fullChainEveryMs: null,
    pollTrustPercent: 100,
  });
  expect(config.hold).toEqual({
    empty: false,
    absent: { percent: 7, count: 25 },
    region: null,
    program: { percent: 1, count: 2 },
    loss: { percent: 3, count: 4 },
    group: { percent: 0, count: 0 },
    account: { percent: 100, count: 1_000_000 },
  });
});

test("v1 needs an account", () => {
  expect(problemsOf({ LEAP_API_VERSION: "v1" })).toEqual([
    expect.stringMatching(/^LEAP_ACCOUNT_ID is required/),
  ]);
  expect(configOf({ LEAP_API_VERSION: "v1", LEAP_ACCOUNT_ID: "a-1" }).leap.accountId).toBe("a-1");
});

const login = { LEAP_EMAIL: "a@b.example", LEAP_PASSWORD: "p", LEAP_LOGIN_URL: "https://login.example/in" };

test("credentials are a key or a whole login, never both", () => {
  expect(configOf({ LEAP_API_KEY: "id:s" }).leap.credentials).toEqual({ kind: "key", key: "id:s" });
  expect(configOf(login).leap.credentials).toEqual({
    kind: "login",
    email: "a@b.example",
    password: "p",
    loginUrl: "https://login.example/in",
  });
  expect(problemsOf({ ...login, LEAP_API_KEY: "id:s" })).toEqual([
    expect.stringMatching(/^LEAP_API_KEY and LEAP_EMAIL/),
  ]);
  expect(problemsOf({ LEAP_EMAIL: "a@b.example" })).toEqual([
    expect.stringMatching(/^LEAP_PASSWORD and LEAP_LOGIN_URL must be set as well/),
  ]);
});

test("the environment goes before the file, an empty variable does not", () => {
  const file = JSON.stringify({
    METER_SYNC_HORIZON_DAYS: 5,
    METER_SYNC_PAGE_SIZE: "100",
    LEAP_API_KEY: "from:file",
    METER_SYNC_CRON: null,
    zones: { SPP: "America/Chicago", constructor: "UTC" },
  });
  const environment = {
    METER_SYNC_CONFIG: "conf.json",
    METER_SYNC_PAGE_SIZE: "200",
    METER_SYNC_HORIZON_DAYS: "",
    LEAP_API_KEY_FILE: "/s",
  };
  const config = configOf(environment, { "/srv/job/conf.json": file, "/s": "from:secret" });
  expect(config).toMatchObject({ horizonDays: 5, pageSize: 200, cron: "17 6 * * *" });
  expect(config.leap.credentials).toEqual({ kind: "key", key: "from:secret" });
  expect({ ...config.zones }).toEqual({ SPP: "America/Chicago", constructor: "UTC" });
  expect(config.zones.toString).toBeUndefined();
});

test("what does not belong into the file is a problem", () => {
  const file = JSON.stringify({
    METER_SYNC_HORIZON_DAYS: true,
    METER_SYNC_CONFIG: "other.json",
    METER_SYNC_PAGESIZE: 5,
    zone: {},
    zones: { SPP: "Nowhere", "": "UTC", MISO: 5 },
  });
  const problems = problemsOf({ METER_SYNC_CONFIG: "/c" }, { "/c": file });
  expect(problems).toHaveLength(7);
  expect(problems.join("\n")).toMatch(/METER_SYNC_PAGESIZE.*did you mean METER_SYNC_PAGE_SIZE\?/);
  expect(problems.join("\n")).toMatch(/zone in METER_SYNC_CONFIG.*did you mean zones\?/);
  expect(problems.join("\n")).toMatch(/"SPP" accepts an IANA time zone/);
});

test("an unknown variable is a problem, with a suggestion where one is close", () => {
  expect(problemsOf({ METER_SYNC_HORIZON_DAY: "3" })).toEqual([
    expect.stringContaining("did you mean METER_SYNC_HORIZON_DAYS?"),
  ]);
  expect(problemsOf({ LEAP_APIKEY: "hidden-value" })).toEqual([
    expect.stringContaining("did you mean LEAP_API_KEY?"),
  ]);
  expect(problemsOf({ LEAP_FROG: "x" })).toEqual([expect.not.stringContaining("did you mean")]);
  expect(problemsOf({ LEAP_OPENAPI_DIR: "/specs", PATH: "/bin", LEAPFROG: "1" })).toEqual([]);
});

test("what Kubernetes puts into every pod for a service of our name is no problem", () => {
  const environment = {
    METER_SYNC_SERVICE_HOST: "10.0.0.9",
    METER_SYNC_SERVICE_PORT: "9464",
    METER_SYNC_SERVICE_PORT_METRICS: "9464",
    METER_SYNC_PORT: "tcp://10.0.0.9:9464",
    METER_SYNC_PORT_9464_TCP: "tcp://10.0.0.9:9464",
    METER_SYNC_PORT_9464_TCP_ADDR: "10.0.0.9",
    LEAP_PROXY_SERVICE_HOST: "10.0.0.8",
  };
  expect(problemsOf(environment)).toEqual([]);
  expect(problemsOf({ METER_SYNC_PORT: "9464" })).toHaveLength(1);
});
