import { expect, test } from "vitest";
import { least, problemsOfWebhook, secret, url, webhookOf } from "./webhook-of.ts";

const badValues: Readonly<Record<string, readonly unknown[]>> = {
  url: [
    "ems.example",
    "http://ems.example/",
    "http://127.0.0.1.example/",
    "https://me:pw@ems.example/",
    "https://@ems.example/",
    "https://ems.example/#part",
    "https:///",
    "https://ems.example/a b",
    " https://ems.example/",
    "ftp://ems.example/",
    `https://ems.example/${"a".repeat(2048)}`,
    "",
    5,
  ],
  secrets: [
    [],
    [Buffer.alloc(23).toString("base64")],
    [Buffer.alloc(65).toString("base64")],
    ["whsec_"],
    [`${secret}!`],
    [`whsec_whsec_${secret}`],
    [secret, `whsec_${secret}`],
    [0, 1, 2, 3, 4, 5].map((number) => Buffer.alloc(32, number).toString("base64")),
    [5],
    secret,
  ],
  bearer: ["", "Bearer abc", "a\nb", " a", 5, "a".repeat(4097)],
  headers: [
    [],
    "x: y",
    { "content-type": "text/plain" },
    { "Content-Length": "5" },
    { host: "other.example" },
    { "Webhook-Id": "mine" },
    { "transfer-encoding": "chunked" },
    { "User-Agent": "other" },
    { "": "x" },
    { "a b": "x" },
    { "a:": "x" },
    { a: "x\ny" },
    { a: "x\u0000" },
    { a: "ä" },
    { a: " x" },
    { a: "" },
    { a: 5 },
    { a: "x", A: "y" },
    Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, "v"])),
  ],
  mode: ["batch", "BATCHED", true],
  batch_events: [0, 501, 1.5, "100"],
  batch_bytes: [1023, 8_388_609, "1023", "9MiB", "1GB", "1.5MiB", -1, {}],
  timeout: ["999ms", "6m", 30, "30"],
  types: [[], "meter.*", ["*meter"], ["meter.**"], ["Meter"], [""], [5], Array(51).fill("a")],
  regions: [[], ["CAISO "], "CAISO", [null]],
  programs: [[], [""], ["a\u0007"], {}],
  start_at: [0, -1, 1.5, "later", "0", "", true, "9999999999999999999"],
  allow_http: ["yes", 1],
  unsigned: ["true"],
  secrets_file: ["", 5],
  bearer_file: ["\0"],
  headers_file: [[]],
};

test.each(Object.entries(badValues))("a bad %s is told with its place and what it accepts", (key, values) => {
  for (const value of values) {
    const around = key.startsWith("secrets") ? { url } : least;
    const problems = problemsOfWebhook({ ...around, [key]: value });
    const place = `webhooks.ems.${key} in METER_SYNC_CONFIG accepts `;
    expect(problems, JSON.stringify(value)).toEqual([expect.stringContaining(place)]);
  }
});

test.each([
  ["http://localhost/", {}],
  ["http://[::1]:8080/", {}],
  ["http://ems.internal/in", { allow_http: true }],
  ["https://ems.example/a@b?c=@", {}],
])("the URL %s is taken", (url, more) => {
  expect(webhookOf({ ...least, ...more, url })).toMatchObject({ url });
});

test.each([
  [1024, 1024],
  [8_388_608, 8_388_608],
  ["8MiB", 8_388_608],
  ["2048", 2048],
])("batch_bytes %s is taken", (batch_bytes, bytes) => {
  expect(webhookOf({ ...least, batch_bytes })).toMatchObject({ batchBytesMax: bytes });
});
