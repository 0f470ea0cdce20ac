import { describe, expect, it } from "vitest";
import { decideSent, type KeptSent, toLatestVersions } from "../../../src/dispatch/decide-sent.ts";
import { toTradeDates } from "../../../src/dispatch/trade-dates.ts";
import type { Dispatch } from "../../../src/leap/index.ts";

const startMs = Date.UTC(2026, 10, 20, 22);
const clocks = { askedMs: null, nowMs: startMs - 7_200_000 };
const later = { askedMs: null, nowMs: startMs + 86_400_000 };
const plain = { receivedAtMs: null, startMs };
const seen = { sentAtMs: startMs - 7_200_000, sentBasis: "seen" } as const;
const started = { sentAtMs: startMs, sentBasis: "started" } as const;
const received = (atMs: number) => ({ sentAtMs: atMs, sentBasis: "received" }) as const;
const keep = (sent: Omit<KeptSent, "contentSha256">) => ({ ...sent, contentSha256: "same" });

describe("when a dispatch was sent", () => {
  it("is what its line says, else what was asked, else that it is there, else that it has started", () => {
    const said = { ...plain, receivedAtMs: startMs - 1 };
    expect(decideSent(said, "same", null, { ...later, askedMs: 5 })).toEqual(received(startMs - 1));
    expect(decideSent(plain, "same", null, { ...clocks, askedMs: 5 })?.sentBasis).toBe("asked");
    expect(decideSent(plain, "same", null, clocks)).toEqual(seen);
    expect(decideSent(plain, "same", null, { ...clocks, nowMs: startMs - 1 })?.sentBasis).toBe("seen");
    expect(decideSent(plain, "same", null, { ...clocks, nowMs: startMs })).toEqual(started);
    // Only who received it knows that it came after its start.
    expect(decideSent({ ...plain, receivedAtMs: startMs + 60_000 }, "same", null, later)).toEqual(
      received(startMs + 60_000),
    );
  });

  it("is not later than now, whatever the clock said that wrote it down", () => {
    const ahead = { ...plain, receivedAtMs: Date.UTC(2099, 0) };
    expect(decideSent(ahead, "same", null, clocks)).toEqual(received(clocks.nowMs));
    const asked = decideSent(plain, "same", null, { ...clocks, askedMs: Date.UTC(2099, 0) });
    expect(asked).toEqual({ sentAtMs: clocks.nowMs, sentBasis: "asked" });
  });

  it("is the earliest that was ever known of the same version", () => {
    expect(decideSent(plain, "same", keep(seen), later)).toEqual(seen);
    expect(decideSent(plain, "same", keep(seen), { ...clocks, nowMs: startMs - 60_000 })).toEqual(seen);
    const early = { ...plain, receivedAtMs: startMs - 8_000_000 };
    expect(decideSent(early, "same", keep(seen), later)).toEqual(received(startMs - 8_000_000));
    const late = { ...plain, receivedAtMs: startMs - 60_000 };
    expect(decideSent(late, "same", keep(seen), later)).toEqual(seen);
  });

  it("is anything rather than that it had started", () => {
    const late = { ...plain, receivedAtMs: startMs + 60_000 };
    expect(decideSent(late, "same", keep(started), later)).toEqual(received(startMs + 60_000));
    expect(decideSent(plain, "same", keep(received(startMs + 60_000)), later)).toEqual(
      received(startMs + 60_000),
    );
  });

  it("is that of the new version where it is another, unless it was received before the one kept", () => {
    expect(decideSent(plain, "other", keep(seen), later)).toEqual(started);
    const said = (receivedAtMs: number) =>
      decideSent({ ...plain, receivedAtMs }, "other", keep(received(startMs - 600)), later);
    expect(said(startMs - 601)).toBeNull();
    expect(said(startMs - 600)).toEqual(received(startMs - 600));
  });
});

describe("of several versions of a timeslot", () => {
  const blank = { level: "group", meterIds: [], eventTypes: [], programs: [] };
  const version = (eventId: string, receivedAtMs: number | null, targetId: string) =>
    ({ ...blank, eventId, receivedAtMs, targetId }) as unknown as Dispatch;
  const kept = (...versions: Dispatch[]) => toLatestVersions(versions).map(({ targetId }) => targetId);

  it("the one received last stays, wherever it stands", () => {
    expect(kept(version("e", 2, "second"), version("e", 1, "first"))).toEqual(["second"]);
    expect(kept(version("e", 1, "first"), version("e", 2, "second"))).toEqual(["second"]);
  });

  it("the one that stands last stays where one of them does not say when it was received", () => {
    expect(kept(version("e", 2, "first"), version("e", null, "second"))).toEqual(["second"]);
    expect(kept(version("e", null, "first"), version("e", 1, "second"))).toEqual(["second"]);
    expect(kept(version("e", 1, "first"), version("e", 1, "second"))).toEqual(["second"]);
  });

  it("one that is said again was received when it was received first, unless another came between", () => {
    const received = (...versions: Dispatch[]) => toLatestVersions(versions)[0]?.receivedAtMs;
    expect(received(version("e", 2, "same"), version("e", 1, "same"), version("e", 3, "same"))).toBe(1);
    expect(received(version("e", 3, "same"), version("e", 1, "same"), version("e", 2, "other"))).toBe(3);
    expect(received(version("e", null, "same"), version("e", 1, "same"))).toBe(1);
    expect(received(version("e", 1, "same"), version("e", null, "same"))).toBe(1);
  });

  it("those of other timeslots, and of another level, stay as well", () => {
    const meter = { ...version("e", 1, "meter"), level: "meter" } as Dispatch;
    expect(kept(version("e", 1, "group"), version("f", 1, "other"), meter)).toHaveLength(3);
  });
});

describe("the trade dates of a timeslot", () => {
  const zone = "America/Los_Angeles";
  const on = (from: string, to: string, where = zone) =>
    toTradeDates(Date.parse(from), Date.parse(to), where);

  it("are the local days it touches, its end excluded", () => {
    expect(on("2026-11-21T01:00:00Z", "2026-11-21T03:00:00Z")).toEqual(["2026-11-20"]);
    expect(on("2026-11-21T07:00:00Z", "2026-11-21T08:00:00Z")).toEqual(["2026-11-20"]);
    expect(on("2026-11-21T07:00:00Z", "2026-11-21T08:00:01Z")).toEqual(["2026-11-20", "2026-11-21"]);
    expect(on("2026-11-21T08:00:00Z", "2026-11-21T09:00:00Z")).toEqual(["2026-11-21"]);
    expect(on("2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z")).toHaveLength(3);
    // The longest there is.
    expect(on("2026-10-03T20:00:00Z", "2026-11-03T20:00:00Z")).toHaveLength(32);
  });

  it("are right on the days on which clocks change, and where they do not", () => {
    // 2026-11-01 has 25 hours in Los Angeles, 2026-03-08 has 23.
    expect(on("2026-11-02T07:30:00Z", "2026-11-02T08:00:00Z")).toEqual(["2026-11-01"]);
    expect(on("2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z")).toEqual(["2026-10-31", "2026-11-01"]);
    expect(on("2026-03-09T06:30:00Z", "2026-03-09T07:00:00Z")).toEqual(["2026-03-08"]);
    expect(on("2026-03-08T07:30:00Z", "2026-03-08T08:30:00Z")).toEqual(["2026-03-07", "2026-03-08"]);
    expect(on("2026-11-02T06:30:00Z", "2026-11-02T07:00:00Z", "America/Phoenix")).toEqual(["2026-11-01"]);
  });

  it("of a slot of no length is the day of its start", () => {
    expect(on("2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z")).toEqual(["2026-11-21"]);
  });
});
