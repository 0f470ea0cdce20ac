import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseConfig } from "../../src/config/index.ts";

const page = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");
const secret = Buffer.alloc(32, 5).toString("base64");

test("the example of docs/webhooks.md is one that the program takes, and names every key", () => {
  const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const listed = /METER_SYNC_SINKS=(\S+)/.exec(page)?.[1];
  const files: Record<string, string> = {
    "/c.json": example,
    "/run/secrets/ems-signing": `whsec_${secret}\n`,
    "/run/secrets/ems-token": "a-token\n",
  };
  const parsed = parseConfig({
    environment: { METER_SYNC_CONFIG: "/c.json", METER_SYNC_SINKS: listed },
    readFile: (path) => files[path] ?? "",
    cwd: "/",
  });
  expect(parsed).toMatchObject({ ok: true });
  expect(parsed.ok && parsed.config.sinks).toMatchObject([
    { name: "webhook:ems", signingKeys: [secret], headers: { authorization: "Bearer a-token" } },
    { name: "webhook:archive", mode: "structured", startAt: 1 },
  ]);
  const rows = [...page.matchAll(/^\| ((?:`\w+`(?:, | or )?)+) \|/gm)].map(([, keys = ""]) => keys);
  const described = rows.flatMap((keys) => [...keys.matchAll(/`(\w+)`/g)].map(([, key]) => key));
  const { webhooks } = JSON.parse(example) as { webhooks: Record<string, object> };
  const shown = Object.values(webhooks).flatMap((webhook) => Object.keys(webhook));
  // `allow_http` stands with the URL.
  expect([...new Set(shown)].filter((key) => !described.includes(key))).toEqual(["allow_http"]);
});
