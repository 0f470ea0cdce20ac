import { describe, expect, it } from "vitest";
import { toPingUrl } from "../../../src/heartbeat/index.ts";

const check = "https://ping.example/5f2c/sync";
const rid = "0c5d1a9e-7a31-4b52-9d3f-2f6f0f2c3b11";

describe("where a ping goes", () => {
  it.each([
    ["start", `${check}/start?rid=${rid}`],
    ["fail", `${check}/fail?rid=${rid}`],
    [0, `${check}?rid=${rid}`],
    [6, `${check}/6?rid=${rid}`],
  ] as const)("is, for %s, %s", (ping, url) => {
    expect(toPingUrl(check, ping, rid)).toBe(url);
  });

  it("has one slash in it, whether the check's URL ends in one or not", () => {
    expect(toPingUrl(`${check}/`, 7, rid)).toBe(`${check}/7?rid=${rid}`);
    expect(toPingUrl("https://ping.example", "start", rid)).toBe(`https://ping.example/start?rid=${rid}`);
  });

  it("keeps a query that the check's URL has", () => {
    expect(toPingUrl(`${check}?create=1`, "fail", rid)).toBe(`${check}/fail?create=1&rid=${rid}`);
  });
});
