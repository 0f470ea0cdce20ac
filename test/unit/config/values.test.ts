import { expect, test } from "vitest";
import { type VariableName, variables } from "../../../src/config/index.ts";
import { company, problemsOf } from "./config-of.ts";

const badValues: Record<VariableName, readonly string[]> = {
  METER_SYNC_CONFIG: ["/no/such/file.json", "/files/list.json", "/files/broken.json"],
  METER_SYNC_DATABASE: [":memory:", "/data/", ".", "a\0b"],
  LEAP_BASE_URL: [
    "api.leap.energy",
    "http://api.leap.energy",
    "http://127.0.0.1.example",
    "http://10.0.0.1",
    "https://api.leap.energy/v2",
    "https://api.leap.energy?x=1",
    "https://api.leap.energy#x",
    "https://me:pw@api.leap.energy",
    "ftp://api.leap.energy",
  ],
  LEAP_API_VERSION: ["v3", "2", "V2"],
  LEAP_API_KEY: ["a\nb", "a\r\n", " a", "a ", "schlüssel", "Bearer abc", "a\tb\0"],
  LEAP_ACCOUNT_ID: ["a/b", "..", ".", "a b", "a?b", "a".repeat(129)],
  LEAP_EMAIL: ["nobody", "a b@c.example", "@"],
  LEAP_PASSWORD: ["a\nb", "p".repeat(1025)],
  LEAP_LOGIN_URL: [
    "login.example",
    "http://login.example/in",
    "https://login.example/in?x=1",
    "https://a:b@login.example/in",
  ],
  METER_SYNC_HORIZON_DAYS: ["0", "32", "three", "1.5", "-1", "3d"],
  METER_SYNC_CONCURRENCY: ["0", "33", "1e1"],
  METER_SYNC_PAGE_SIZE: ["0", "501", "0x10"],
  METER_SYNC_PORTFOLIO_START: ["2026-02-30", "2026-1-1", "yesterday", "2026-01-01T00:00:00Z"],
  METER_SYNC_DEFAULT_ZONE: ["Mars/Olympus", "+02:00", "PDT8"],
  METER_SYNC_RESUME_WITHIN: ["6", "6 hours", "-1h", "367d"],
  METER_SYNC_MISSING_CONFIRM_AFTER: ["12", "half a day", "999999999d"],
  METER_SYNC_REQUESTS_MAX: ["0", "10000001", "999999999", "1e5", "-1"],
  METER_SYNC_RUN_TIME_MAX: ["0s", "999ms", "4", "367d", "off"],
  METER_SYNC_FULL_CHAIN_EVERY: ["7", "never", "367d"],
  METER_SYNC_POLL_TRUST: ["95", "101%", "9.5%", "-1%", "off", "% "],
  METER_SYNC_HOLD_EMPTY: ["yes", "true", "1"],
  METER_SYNC_HOLD_ABSENT: ["5%", "5,10", "101%,10", "5%,1000001", "5%,10,1", "10,5%", "on", "5.5%,10", ","],
  METER_SYNC_HOLD_REGION: ["50%;10"],
  METER_SYNC_HOLD_PROGRAM: ["half,10"],
  METER_SYNC_HOLD_LOSS: ["20%,-1"],
  METER_SYNC_HOLD_GROUP: ["50 %,5"],
  METER_SYNC_HOLD_ACCOUNT: ["50%,ten"],
  METER_SYNC_CRON: ["daily", "61 6 * * *", "* * *", "off", "0 6 30 2 *", "0 22-2 * * *"],
  METER_SYNC_POLL_CRON: ["on", "* * * * * * *", "*/5"],
  METER_SYNC_TIMEZONE: ["Local", "-07:00"],
  METER_SYNC_LISTEN: [
    "9464",
    ":9464",
    "127.0.0.1",
    "127.0.0.1:65536",
    "::1:9464",
    "[::g]:1",
    "300.0.0.1:80",
    "a b:1",
  ],
  METER_SYNC_RUN_DEADLINE: ["0s", "5", "off"],
  METER_SYNC_SINKS: [
    "webhook:ems",
    "webhook:",
    "webhook:a b",
    `webhook:${"a".repeat(65)}`,
    "kafka",
    "file:",
    "stdout,stdout",
    "stdout,,",
    "file:a,file:./a",
    "file:data/meter-sync.sqlite",
  ],
  METER_SYNC_BACKLOG_MAX: ["0", "10000001", "many", "1e5"],
  METER_SYNC_ACK_MARGIN_HOURS: ["73", "-1", "12h"],
  METER_SYNC_ACKNOWLEDGED_BY: ["file:other", "kafka", "webhook:ems", "all", "webhooks,none"],
  METER_SYNC_ACK_TOKEN: ["fifteen-symbols", "a b c d e f g h i j", "äöüäöüäöüäöüäöüäöü", "a".repeat(1025)],
  METER_SYNC_ALLOW_NETWORK_FS: ["yes", "1"],
  METER_SYNC_EXPORT: ["/exports/", ":memory:", "data/meter-sync.sqlite"],
  METER_SYNC_EXPORT_KEEP: ["-1", "100", "all", "off"],
  METER_SYNC_EXPORT_PERSONAL: ["true", "yes"],
  METER_SYNC_REPORT: [
    "/reports/",
    ":memory:",
    ...[
      "",
      "-wal",
      "-shm",
      "-journal",
      ".lock",
      ".deliver.lock",
      ".metrics.lock",
      ".volue.lock",
      ".told",
    ].map((ending) => `data/meter-sync.sqlite${ending}`),
  ],
  METER_SYNC_KEEP_EVENTS: ["0", "0s", "23h", "3661d", "90", "forever"],
  METER_SYNC_KEEP_REVISIONS: ["1439m", "-1d"],
  METER_SYNC_KEEP_HISTORY: ["three years", "on"],
  METER_SYNC_KEEP_RUNS: ["1h", "99999d"],
  METER_SYNC_METRICS_FILE: ["/textfile/", "metrics.txt", "/m.prom.tmp", "prom"],
  METER_SYNC_HEARTBEAT_URL: ["hc.example/ping", "ftp://hc.example/p", "https://a:b@hc.example/p"],
  METER_SYNC_DELIVER_HEARTBEAT_URL: ["https://hc.example/p?x=1", "https://hc.example/#x", "https://a b/c"],
  VOLUE_BASE_URL: [
    "api.voluespark.com",
    "http://api.voluespark.com/v1",
    "https://a:b@x/v1",
    "https://x/v1?k=1",
  ],
  VOLUE_TOKEN_URL: ["auth.example", "http://auth.example/token", "https://auth.example/token#x"],
  VOLUE_CLIENT_ID: ["a\nb", " a", "klient-ø"],
  VOLUE_CLIENT_SECRET: ["a\nb", "p".repeat(1025)],
  VOLUE_SCOPE: ["a  b", " a\nb", 'a"b', "å", "a".repeat(501)],
  VOLUE_ACKNOWLEDGEMENT_TYPES: ["Acknowledgement", "acknowledgment", "guide"],
};

const files = { "/files/list.json": "[]", "/files/broken.json": '{"LEAP_API_KEY": "hidden-in-file' };

for (const { name, accepts } of variables) {
  test(`every bad value of ${name} is a problem that names it and says what it accepts`, () => {
    expect(badValues[name].length).toBeGreaterThan(0);
    for (const value of badValues[name]) {
      const problems = problemsOf({ ...company[name], [name]: value }, files);
      const count = value === "stdout,," || value === "webhooks,none" ? 2 : 1;
      expect(problems, JSON.stringify(value)).toHaveLength(count);
      expect(problems[0]).toContain(name);
      expect(problems[0]).toMatch(/accepts|its keys are/);
      if (!["METER_SYNC_CONFIG", "METER_SYNC_SINKS", "METER_SYNC_EXPORT"].includes(name)) {
        expect(problems[0]).toContain(accepts);
      }
    }
  });
}

const goodValues: Record<Exclude<VariableName, "METER_SYNC_CONFIG">, readonly string[]> = {
  METER_SYNC_DATABASE: ["x.sqlite", "/data/x.sqlite"],
  LEAP_BASE_URL: [
    "https://api.staging.leap.energy/",
    "http://localhost:8080",
    "http://127.9.9.9",
    "http://[::1]:80",
  ],
  LEAP_API_VERSION: ["v2"],
  LEAP_API_KEY: ["id:secret", "with space inside"],
  LEAP_ACCOUNT_ID: ["4d2c-11", "a.b_c~d"],
  LEAP_EMAIL: ["robot@site.example"],
  LEAP_PASSWORD: [" spaces are part of it "],
  LEAP_LOGIN_URL: ["https://login.example/v1/in", "http://127.0.0.1:1/login"],
  METER_SYNC_HORIZON_DAYS: ["1", "31", " 3 "],
  METER_SYNC_CONCURRENCY: ["1", "32"],
  METER_SYNC_PAGE_SIZE: ["1", "500"],
  METER_SYNC_PORTFOLIO_START: ["2024-02-29"],
  METER_SYNC_DEFAULT_ZONE: ["America/Phoenix", "UTC"],
  METER_SYNC_RESUME_WITHIN: ["0s", "90m"],
  METER_SYNC_MISSING_CONFIRM_AFTER: ["7d"],
  METER_SYNC_REQUESTS_MAX: ["1", "10000000"],
  METER_SYNC_RUN_TIME_MAX: ["1s", "1000ms", "366d"],
  METER_SYNC_FULL_CHAIN_EVERY: ["off", "OFF", "0s", "30d"],
  METER_SYNC_POLL_TRUST: ["0%", "100%", " 95% "],
  METER_SYNC_HOLD_EMPTY: ["on", "off", "ON", "Off"],
  METER_SYNC_HOLD_ABSENT: ["off", "OFF", "0%,0", "100%,1000000", " 5% , 10 "],
  METER_SYNC_HOLD_REGION: ["50%,10"],
  METER_SYNC_HOLD_PROGRAM: ["off"],
  METER_SYNC_HOLD_LOSS: ["20%,10"],
  METER_SYNC_HOLD_GROUP: ["50%,5"],
  METER_SYNC_HOLD_ACCOUNT: ["50%,0"],
  METER_SYNC_CRON: ["*/15 * * * *", "0 0 6 * * *"],
  METER_SYNC_POLL_CRON: ["off", "OFF", "5 * * * *"],
  METER_SYNC_TIMEZONE: ["America/New_York"],
  METER_SYNC_LISTEN: ["0.0.0.0:9464", "[::]:9464", "localhost:0", "my-host.internal:80"],
  METER_SYNC_RUN_DEADLINE: ["1s", "366d"],
  METER_SYNC_SINKS: ["stdout", " file:events.ndjson , stdout "],
  METER_SYNC_BACKLOG_MAX: ["1", "10000000"],
  METER_SYNC_ACK_MARGIN_HOURS: ["0", "72"],
  METER_SYNC_ACKNOWLEDGED_BY: ["webhooks", "none", " NONE ", "stdout", "stdout, file:./e.ndjson"],
  METER_SYNC_ACK_TOKEN: ["sixteen-symbols!", "a".repeat(1024)],
  METER_SYNC_ALLOW_NETWORK_FS: ["on", "OFF"],
  METER_SYNC_EXPORT: ["off", "readers/copy.sqlite"],
  METER_SYNC_EXPORT_KEEP: ["0", "99"],
  METER_SYNC_EXPORT_PERSONAL: ["on", "off"],
  METER_SYNC_REPORT: ["OFF", "/srv/www/report.html", "data/meter-sync.sqlite.html", "out"],
  METER_SYNC_KEEP_EVENTS: ["1d", "24h", "off", "OFF", "3660d"],
  METER_SYNC_KEEP_REVISIONS: ["30d"],
  METER_SYNC_KEEP_HISTORY: ["off", "400d"],
  METER_SYNC_KEEP_RUNS: ["7d"],
  METER_SYNC_METRICS_FILE: ["off", "/textfile/meter-sync.prom", "m.prom"],
  METER_SYNC_HEARTBEAT_URL: ["https://hc.example/ping/5a2b/", "http://healthchecks.monitoring:8000/ping/x"],
  METER_SYNC_DELIVER_HEARTBEAT_URL: ["https://hc.example/ping/key/meter-sync"],
  VOLUE_BASE_URL: ["https://api.sandbox.voluespark.com/energy-coordination/v1/", "http://127.0.0.1:1/v1"],
  VOLUE_TOKEN_URL: ["https://auth.example/connect/token", "http://localhost:9/token"],
  VOLUE_CLIENT_ID: ["client-1"],
  VOLUE_CLIENT_SECRET: [" spaces are part of it "],
  VOLUE_SCOPE: ["energy-coordination", "openid https://voluespark.example/.default"],
  VOLUE_ACKNOWLEDGEMENT_TYPES: ["acknowledgement", "acknowledged"],
};

test.each(Object.entries(goodValues))("the good values of %s are taken", (name, values) => {
  for (const value of values) {
    expect(problemsOf({ ...company[name as VariableName], [name]: value }), value).toEqual([]);
  }
});
test("all problems come at once", () => {
  const environment = Object.fromEntries(
    variables
      .filter(({ name }) => name !== "METER_SYNC_CONFIG")
      .map(({ name }) => [name, badValues[name][0]]),
  );
  const problems = problemsOf(environment);
  for (const name of Object.keys(environment)) {
    expect(problems.some((problem) => problem.startsWith(name))).toBe(true);
  }
});
