import { expect, test } from "vitest";
import { variables } from "../../../src/config/index.ts";
import { company, configOf, problemsOf } from "./config-of.ts";

const ping = "https://hc.example/ping/taken-from-a-file";
const values: Readonly<Record<string, string>> = {
  LEAP_EMAIL: "a@b.example",
  METER_SYNC_HEARTBEAT_URL: ping,
  METER_SYNC_DELIVER_HEARTBEAT_URL: ping,
};

for (const { name } of variables.filter((variable) => variable.isSecret)) {
  const around = company[name] ?? {};

  test(`${name} can come from a file, whose last line break is not part of it`, () => {
    const value = values[name] ?? "taken-from-a-file";
    const given = configOf({ ...around, [name]: value });
    for (const end of ["", "\n", "\r\n"]) {
      expect(configOf({ ...around, [`${name}_FILE`]: "/s" }, { "/s": value + end })).toEqual(given);
    }
    expect(configOf({ ...around, [`${name}_FILE`]: "s" }, { "/srv/job/s": value })).toEqual(given);
    expect(given).not.toEqual(configOf({}));
  });

  test(`${name} and ${name}_FILE together, a file that cannot be read and an empty one are problems`, () => {
    const both = problemsOf({ ...around, [name]: "x@y", [`${name}_FILE`]: "/s" }, { "/s": "x@y" });
    expect(both).toEqual([expect.stringMatching(new RegExp(`^${name} and ${name}_FILE are both set`))]);
    expect(problemsOf({ ...around, [`${name}_FILE`]: "/none" })).toEqual([
      expect.stringMatching(new RegExp(`^${name}_FILE names a file that cannot be read`)),
    ]);
    expect(problemsOf({ ...around, [`${name}_FILE`]: "/s" }, { "/s": "\n" })).toEqual([
      expect.stringMatching(new RegExp(`^${name}_FILE names an empty file`)),
    ]);
  });
}

test("only secrets have a _FILE", () => {
  expect(problemsOf({ METER_SYNC_SINKS_FILE: "/s" })).toEqual([
    expect.stringContaining("METER_SYNC_SINKS_FILE"),
  ]);
});

test("no problem ever shows a secret, wherever it was put (I9)", () => {
  const secret = "hunter2\u0007hunter2";
  const shown = [
    ...problemsOf({
      LEAP_API_KEY: secret,
      LEAP_EMAIL: secret,
      LEAP_PASSWORD: `${secret}\n`,
      LEAP_APIKEY: secret,
      METER_SYNC_ACK_TOKEN: "hunter2",
      METER_SYNC_HEARTBEAT_URL: "https://me:hunter2@hc.example",
      VOLUE_CLIENT_ID: secret,
      VOLUE_CLIENT_SECRET: `${secret}\n`,
      VOLUE_SCOPE: secret,
      VOLUE_BASE_URL: "https://me:hunter2@api.voluespark.com/v1",
      VOLUE_CLIENT_SECERT: secret,
    }),
    ...problemsOf({
      LEAP_BASE_URL: "https://me:hunter2@api.leap.energy",
      LEAP_LOGIN_URL: "http://x/?p=hunter2",
    }),
    ...problemsOf({ LEAP_ACCOUNT_ID: "id:hunter2" }),
    ...problemsOf({ LEAP_API_KEY_FILE: "/s" }, { "/s": secret }),
    ...problemsOf({ METER_SYNC_SINKS: "webhook:https://me:hunter2@x/,https://x/?hunter2" }),
    ...problemsOf({ METER_SYNC_SINKS: "hunter2@x", METER_SYNC_ACKNOWLEDGED_BY: "webhook:x?k=hunter2" }),
    ...problemsOf({ METER_SYNC_CONFIG: "/c" }, { "/c": '{"LEAP_API_KEY": hunter2}' }),
    ...problemsOf(
      { METER_SYNC_CONFIG: "/c" },
      { "/c": '{"LEAP_API_KEY": ["hunter2"], "LEAP_KEY": "hunter2"}' },
    ),
  ];
  expect(shown.length).toBeGreaterThanOrEqual(10);
  expect(shown.join("\n")).not.toContain("hunter2");
});
