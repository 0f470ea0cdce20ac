import { describe, expect, test } from "vitest";
import { configOf, problemsOf } from "./config-of.ts";
import { least, longSecret, problemsOfWebhook, secret, toInput, url, webhookOf } from "./webhook-of.ts";

describe("a webhook", () => {
  test("needs a URL and a secret, and has a default for everything else", () => {
    expect(webhookOf(least)).toEqual({
      kind: "webhook",
      name: "webhook:ems",
      url,
      signingKeys: [secret],
      headers: {},
      mode: "batched",
      batchEventCountMax: 100,
      batchBytesMax: 1_048_576,
      timeoutMs: 30_000,
      types: null,
      regions: null,
      programs: null,
      startAt: "now",
    });
    expect(problemsOfWebhook({})).toEqual([
      expect.stringMatching(/^webhooks\.ems\.url in METER_SYNC_CONFIG is missing; it accepts an https URL/),
      expect.stringMatching(/^webhooks\.ems\.secrets in METER_SYNC_CONFIG is missing; .*"unsigned": true$/),
    ]);
  });

  test("takes everything that can be said of it", () => {
    const described = {
      url: "http://127.0.0.1:8080/in",
      secrets: [`whsec_${secret}`, longSecret],
      bearer: "a token",
      headers: { "X-Tenant": "five", Cookie: "a=b; c=d" },
      mode: "structured",
      batch_events: 500,
      batch_bytes: "512KiB",
      timeout: "5m",
      types: ["meter.group.*", "sync.published", "*"],
      regions: ["CAISO", "WECC_SW"],
      programs: ["CCA", "Elektro Süd"],
      start_at: "0000000000000000042",
      allow_http: false,
      unsigned: false,
    };
    expect(webhookOf(described)).toMatchObject({
      url: "http://127.0.0.1:8080/in",
      signingKeys: [secret, longSecret],
      headers: { "x-tenant": "five", cookie: "a=b; c=d", authorization: "Bearer a token" },
      mode: "structured",
      batchEventCountMax: 500,
      batchBytesMax: 524_288,
      timeoutMs: 300_000,
      types: ["meter.group.*", "sync.published", "*"],
      regions: ["CAISO", "WECC_SW"],
      programs: ["CCA", "Elektro Süd"],
      startAt: 42,
    });
  });

  test("is frozen, and null says the same as nothing", () => {
    const webhook = webhookOf({ ...least, bearer: null, types: null, headers: { a: "b" } });
    expect(webhook).toMatchObject({ headers: { a: "b" }, types: null });
    for (const part of [webhook, (webhook as { headers: object }).headers])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test("is unsigned only where that is said, and then without secrets", () => {
    expect(webhookOf({ url, unsigned: true })).toMatchObject({ signingKeys: [] });
    expect(problemsOfWebhook({ ...least, unsigned: true })).toEqual([
      expect.stringMatching(/^webhooks\.ems\.unsigned in METER_SYNC_CONFIG contradicts the secrets/),
    ]);
  });

  test("has its secrets, its token and its headers from files, beside the folder of the job", () => {
    const files = {
      "/srv/job/secrets": `whsec_${secret}\r\n\n${longSecret}\n`,
      "/run/token": "abc\n",
      "/srv/job/headers.json": '{"X-Key": "v"}',
    };
    const described = {
      url,
      secrets_file: "secrets",
      bearer_file: "/run/token",
      headers_file: "headers.json",
    };
    expect(webhookOf(described, files)).toMatchObject({
      signingKeys: [secret, longSecret],
      headers: { "x-key": "v", authorization: "Bearer abc" },
    });
  });
});

test("what the files of secrets hold is checked as what stands in the file itself", () => {
  const described = { url, secrets_file: "s", bearer_file: "b", headers_file: "h" };
  expect(problemsOfWebhook(described)).toEqual(
    ["secrets_file", "headers_file", "bearer_file"].map((key) =>
      expect.stringContaining(`webhooks.ems.${key} in METER_SYNC_CONFIG names a file that cannot be read`),
    ),
  );
  const files = { "/srv/job/s": "hunter2\n", "/srv/job/b": "hun\nter2", "/srv/job/h": '{"host": "hunter2"}' };
  const problems = problemsOfWebhook(described, files);
  expect(problems).toEqual(
    ["secrets_file", "headers_file", "bearer_file"].map((key) =>
      expect.stringContaining(`webhooks.ems.${key} in METER_SYNC_CONFIG names a file whose content is not`),
    ),
  );
  expect(problems.join()).not.toContain("ter2");
});

test.each([
  [{ secrets: [secret], secrets_file: "s" }, "secrets in METER_SYNC_CONFIG and secrets_file are both set"],
  [{ ...least, bearer: "a", bearer_file: "s" }, "bearer in METER_SYNC_CONFIG and bearer_file are both set"],
  [
    { ...least, headers: {}, headers_file: "s" },
    "headers in METER_SYNC_CONFIG and headers_file are both set",
  ],
  [
    { ...least, bearer: "a", headers: { Authorization: "b" } },
    "bearer in METER_SYNC_CONFIG and a header authorization are both set",
  ],
])("the same thing said twice is a problem", (described, problem) => {
  expect(problemsOfWebhook({ url, ...described })).toEqual([
    expect.stringContaining(`webhooks.ems.${problem}`),
  ]);
});

test("an unknown key is a problem, with a suggestion where one is close", () => {
  const described = { ...least, secret: "x", "time out": "3s", colour: "red" };
  expect(problemsOfWebhook(described)).toEqual([
    expect.stringMatching(
      /^webhooks\.ems\.secret in METER_SYNC_CONFIG is unknown; .*did you mean secrets\?$/,
    ),
    expect.stringMatching(/^webhooks\.ems\.time out .*did you mean timeout\?$/),
    expect.stringMatching(/^webhooks\.ems\.colour .* accepts are url, allow_http, .*, start_at$/),
  ]);
});

test("a webhook must be described where it is listed; one that is not listed is not looked at", () => {
  const [environment, file] = toInput({ ems: least, spare: { url: 5 } }, "stdout,webhook:ems");
  expect(configOf(environment, { "/c": file }).sinks.map(({ name }) => name)).toEqual([
    "stdout",
    "webhook:ems",
  ]);
  const [misspelt, same] = toInput({ ems: least }, "webhook:emss,webhook:toString,webhook:__proto__");
  expect(problemsOf(misspelt, { "/c": same })).toEqual([
    expect.stringMatching(/no webhooks\.emss in METER_SYNC_CONFIG; .*did you mean webhook:ems\?$/),
    expect.stringContaining("no webhooks.toString in METER_SYNC_CONFIG"),
    expect.stringContaining("no webhooks.__proto__ in METER_SYNC_CONFIG"),
  ]);
  expect(problemsOf({ METER_SYNC_SINKS: "webhook:ems" })).toEqual([
    expect.stringContaining("no webhooks.ems in METER_SYNC_CONFIG"),
  ]);
});

test("the section and what it holds must be objects", () => {
  for (const bad of [[], "ems", 5]) {
    expect(problemsOfWebhook(bad)).toEqual([
      expect.stringMatching(/^webhooks\.ems in METER_SYNC_CONFIG accepts an object/),
    ]);
    const [environment, file] = toInput(bad, "stdout");
    expect(problemsOf(environment, { "/c": file })).toEqual([
      expect.stringMatching(/^webhooks in METER_SYNC_CONFIG accepts an object/),
    ]);
  }
});

test("all problems of all webhooks come at once, and show nothing of the values (I9)", () => {
  const bad = {
    url: "https://hunter2:hunter2@ems.example/?key=hunter2",
    secrets: ["hunter2"],
    bearer: "Bearer hunter2",
    headers: { host: "hunter2" },
    types: ["hunter2 "],
    batch_events: "hunter2",
  };
  const [environment, file] = toInput(
    { a: bad, b: { ...bad, url: "http://x/hunter2" } },
    "webhook:a,webhook:b",
  );
  const problems = problemsOf({ ...environment, METER_SYNC_HORIZON_DAYS: "0" }, { "/c": file });
  expect(problems).toHaveLength(13);
  expect(problems.join("\n")).not.toContain("hunter2");
});

test("consumers of all webhooks report back, unless others are named", () => {
  const [environment, file] = toInput({ ems: least, dms: least }, "file:e,webhook:ems,stdout,webhook:dms");
  const acknowledgedBy = (text: string) =>
    configOf({ ...environment, METER_SYNC_ACKNOWLEDGED_BY: text }, { "/c": file }).acknowledgedBy;
  expect(acknowledgedBy("")).toEqual(["webhook:ems", "webhook:dms"]);
  expect(acknowledgedBy("webhooks")).toEqual(["webhook:ems", "webhook:dms"]);
  expect(acknowledgedBy("none")).toEqual([]);
  expect(acknowledgedBy("webhook:dms, file:./e, webhook:dms")).toEqual(["webhook:dms", "file:/srv/job/e"]);
  // What is wrong with the webhook is told once, and not as being unknown here, too.
  const [listed] = toInput({}, "webhook:ems");
  const problems = problemsOf({ ...listed, METER_SYNC_ACKNOWLEDGED_BY: "webhook:ems" }, { "/c": "{}" });
  expect(problems).toEqual([expect.stringContaining("no webhooks.ems in METER_SYNC_CONFIG")]);
});
