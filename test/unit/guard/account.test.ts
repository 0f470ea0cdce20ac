import { describe, expect, test } from "vitest";
import { type BreakerRules, isStrangePoll } from "../../../src/guard/index.ts";
import { here, ruleNames, weigh } from "./absence-counts.ts";
import { defaultRules, noRules } from "./rules.ts";

describe("the account has changed", () => {
  const accountOnly: BreakerRules = { ...noRules, account: { percent: 50, count: 10 } };
  const ids = (known: number, absent: number) => ruleNames({ known, absent }, accountOnly);
  const from = (published: typeof here | null, asked: typeof here) => ruleNames({ published, asked });

  test("where less than half of the known ids were returned", () => {
    expect(ids(100, 49)).toEqual([]);
    expect(ids(100, 50)).toEqual([]);
    expect(ids(100, 51)).toEqual(["account_changed"]);
    expect(ids(101, 50)).toEqual([]);
    expect(ids(101, 51)).toEqual(["account_changed"]);
  });

  test("from ten known ids on", () => {
    expect(ids(1, 1)).toEqual([]);
    expect(ids(9, 9)).toEqual([]);
    expect(ids(10, 5)).toEqual([]);
    expect(ids(10, 6)).toEqual(["account_changed"]);
    expect(ids(11, 6)).toEqual(["account_changed"]);
    expect(ruleNames({ known: 0 }, { ...noRules, account: { percent: 50, count: 0 } })).toEqual([]);
  });

  test("where the host name is another; port and spelling are not the name", () => {
    const at = (host: string) => ({ ...here, host });
    expect(from(at("api.example.test"), at("staging.example.test"))).toEqual(["account_changed"]);
    expect(from(at("127.0.0.1:4100"), at("127.0.0.1:4200"))).toEqual([]);
    expect(from(at("api.example.test"), at("API.example.test:8443"))).toEqual([]);
    expect(from(at("[::1]:4100"), at("[::1]"))).toEqual([]);
    expect(from(at("[::1]:4100"), at("[::2]:4100"))).toEqual(["account_changed"]);
    expect(from(at("localhost:4100"), at("127.0.0.1:4100"))).toEqual(["account_changed"]);
  });

  test("where the account is another; one left out on either side matches any", () => {
    const of = (account: string) => ({ ...here, account });
    expect(from(of("a-1"), of("a-2"))).toEqual(["account_changed"]);
    expect(from(of("a-1"), of("A-1"))).toEqual([]);
    expect(from(of("default"), of("a-2"))).toEqual([]);
    expect(from(of("a-1"), of("default"))).toEqual([]);
    expect(from(of("default"), of("default"))).toEqual([]);
    expect(from(null, of("a-2"))).toEqual([]);
  });

  test("in one trip that says all that differs", () => {
    const asked = { host: "other.example.test:81", account: "a-2" };
    const trips = weigh({ asked, known: 20, absent: 17 }, accountOnly);
    expect(trips).toHaveLength(1);
    expect(trips[0]?.numbers).toEqual({ known: 20, matching: 3, percent: 50, count: 10 });
    const explanation = trips[0]?.explanation ?? "";
    expect(explanation).toContain("read from api.example.test, this run asked other.example.test;");
    expect(explanation).toContain("of the account a-1, this run asked for a-2;");
    expect(explanation).toContain("only 3 of 20 known meters (15 %) were returned.");
    expect(explanation).toMatch(/LEAP_ACCOUNT_ID.*METER_SYNC_HOLD_ACCOUNT.*50 %.*from 10 on\.$/);
  });

  test("not at all where the rule is off", () => {
    const asked = { host: "other.example.test", account: "a-2" };
    expect(ruleNames({ asked }, { ...defaultRules, account: null })).toEqual([]);
  });
});

describe("a poll", () => {
  const poll = { mode: "poll", returned: 0, known: 100, absent: 100 } as const;
  const regions = new Map([["PJM", { of: 100, lost: 100 }]]);

  test("that returns nothing, or few of the known meters, passes", () => {
    expect(ruleNames({ ...poll, regions })).toEqual([]);
    expect(ruleNames({ ...poll, rejected: 3, regions })).toEqual([]);
  });

  test("of another host or account is held", () => {
    expect(ruleNames({ ...poll, asked: { ...here, host: "other.example.test" } })).toEqual([
      "account_changed",
    ]);
    const [trip] = weigh({ ...poll, asked: { ...here, account: "a-2" } });
    expect(trip?.rule).toBe("account_changed");
    expect(trip?.explanation).not.toContain("only");
    expect(trip?.numbers).toEqual({ percent: 50, count: 10 });
  });
});

describe("a poll that is answered with strangers", () => {
  const strange = (
    returned: number,
    known: number,
    account: BreakerRules["account"] = defaultRules.account,
  ) => isStrangePoll({ returned, known }, { ...defaultRules, account });

  test("is one where less than half of ten or more meters are known", () => {
    expect([strange(10, 4), strange(10, 5), strange(11, 5), strange(9, 0)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test("is none where nothing was modified, or the rule is off", () => {
    expect([strange(0, 0), strange(100, 0, null)]).toEqual([false, false]);
  });
});
