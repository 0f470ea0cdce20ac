import { describe, expect, test } from "vitest";
import { createMarket } from "../../../src/simulator/dispatch-book.ts";
import { createDispatchBook, createPortfolio, type DispatchTruth } from "../../../src/simulator/index.ts";
import { addDays, localDate, zoneOf } from "../../support/calendar.ts";
import { revisedForToday } from "../../support/late-dispatches.ts";

const startDate = "2026-10-01";
const fromMs = Date.parse("2026-10-19T00:00:00Z");
const toMs = Date.parse("2026-11-03T00:00:00Z");
const minuteMs = 60_000;

/** Weeks with the end of a season, of most delivery periods and of daylight saving in them. */
const portfolio = createPortfolio({ seed: 1, meterCount: 100, startDate });
const truths = createDispatchBook(portfolio, 3).truthsBetween(fromMs, toMs);

/** By brute force: every twentieth truth, and every one of a few kinds that are rare. */
function sample(): readonly DispatchTruth[] {
  return truths.filter(
    (truth, position) => position % 20 === 0 || truth.tradeDates.length > 1 || truth.replacedAtMs !== null,
  );
}

function firstDateOf({ tradeDates }: DispatchTruth): string {
  return tradeDates[0] ?? "";
}

describe("the dispatches of the simulated market", () => {
  test("follow from the seed, whatever was asked before", () => {
    const toBook = (seed: number) =>
      createDispatchBook(createPortfolio({ seed, meterCount: 50, startDate }), 2);
    const [book, untouched, other] = [toBook(6), toBook(6), toBook(7)];
    const middleMs = Date.parse("2026-10-22T21:13:00Z");
    const endMs = Date.parse("2026-10-26T00:00:00Z");
    const later = book.truthsBetween(middleMs, endMs);
    const all = untouched.truthsBetween(fromMs, endMs);
    expect([...book.truthsBetween(fromMs, middleMs), ...later]).toEqual(all);
    expect(Math.min(later.length, all.length - later.length)).toBeGreaterThan(20);
    const ids = new Set(all.map(({ eventId }) => eventId));
    expect(other.truthsBetween(fromMs, endMs).some(({ eventId }) => ids.has(eventId))).toBe(false);
  });

  test("name the group's true members on the trade date, as Leap knew them when it was sent", () => {
    const groups = sample().filter(({ level }) => level === "group");
    expect(groups.length).toBeGreaterThan(25);
    for (const truth of groups.slice(0, 25)) {
      const members = portfolio.membersOn(firstDateOf(truth), truth.sentAtMs).get(truth.targetId);
      expect([truth.eventId, truth.meterIds]).toEqual([truth.eventId, members]);
    }
  });

  test("name programs and partner references as the members have them", () => {
    for (const truth of sample()) {
      const members = truth.meterIds.map((id) =>
        portfolio.truthOf(portfolio.indexOf(id) ?? -1, truth.sentAtMs),
      );
      const programs = members.flatMap((member) =>
        (member?.groupsOn(firstDateOf(truth)) ?? [])
          .filter(({ marketGroupId }) => truth.level === "meter" || marketGroupId === truth.targetId)
          .map(({ program }) => program),
      );
      expect(new Set(truth.programs)).toEqual(new Set(programs));
      const references = members.flatMap((member) => member?.partnerReference ?? []);
      expect(truth.partnerReferences).toEqual([...new Set(references)].sort());
      expect(members.every((member) => member !== undefined && zoneOf(member.region) === truth.zone)).toBe(
        true,
      );
      if (truth.level === "meter") expect(truth.meterIds).toEqual([truth.targetId]);
    }
  });

  test("keep to the limits of time and power", () => {
    for (const truth of truths) {
      const { startMs, endMs, sentAtMs, zone } = truth;
      expect(startMs).toBeGreaterThan(sentAtMs);
      expect(startMs % (5 * minuteMs)).toBe(0);
      expect(endMs - startMs).toBeGreaterThanOrEqual(5 * minuteMs);
      expect(endMs - startMs).toBeLessThanOrEqual(240 * minuteMs);
      const dates = [...new Set([localDate(startMs, zone), localDate(endMs - 1, zone)])];
      expect(truth.tradeDates).toEqual(dates);
      if (dates.length > 1) expect([truth.isRealTime, endMs - startMs]).toEqual([false, 120 * minuteMs]);
      for (const kw of [truth.energyKw, truth.nominationKw])
        if (kw !== null) expect(kw >= 0.01 && kw <= 100_000 && kw === Number(kw.toFixed(2))).toBe(true);
      expect(truth.isRealTime).toBe(truth.eventTypes.includes("5m"));
      if (truth.isRealTime) expect(zone).toBe("America/Los_Angeles");
      if (truth.cancelledAtMs !== null) expect(truth.cancelledAtMs).toBeGreaterThan(sentAtMs);
    }
  });

  test("are sent as early as their kind says, unless a change or an update made them late", () => {
    const leads: Record<string, readonly [number, number]> = {
      "hour-ahead": [50, 75],
      "5m": [2, 8],
    };
    for (const truth of truths) {
      if (truth.lateRevision !== null || truth.replacesSentAtMs !== null) continue;
      const first = besideOf(truth);
      const leadMinutes = (Math.min(...first.map(({ startMs }) => startMs)) - truth.sentAtMs) / minuteMs;
      const [type = ""] = truth.eventTypes;
      const [least, most] = leads[type] ?? [30, 3000];
      expect(leadMinutes).toBeGreaterThanOrEqual(least);
      expect(leadMinutes).toBeLessThanOrEqual(most);
      if (type === "day-ahead")
        expect(localDate(truth.sentAtMs, truth.zone)).toBe(addDays(firstDateOf(truth), -1));
    }
  });

  test("come in all kinds within some weeks", () => {
    const kinds: Readonly<Record<string, (truth: DispatchTruth) => boolean>> = {
      dayAhead: ({ eventTypes }) => eventTypes.includes("day-ahead"),
      hourAhead: ({ eventTypes }) => eventTypes.includes("hour-ahead"),
      realTime: ({ isRealTime, level }) => isRealTime && level === "group",
      standard: ({ eventTypes }) => eventTypes.includes("standard"),
      capacityTest: ({ eventTypes }) => eventTypes.includes("capacity-test"),
      cancelled: ({ cancelledAtMs }) => cancelledAtMs !== null,
      cancelledInPart: (truth) =>
        truth.cancelledAtMs !== null && besideOf(truth).some((other) => other.cancelledAtMs === null),
      voluntary: ({ isVoluntary }) => isVoluntary,
      communicationTest: ({ test, level }) => test === "communication" && level === "meter",
      overMidnight: ({ tradeDates }) => tradeDates.length === 2,
      asMuchAsPossible: ({ energyKw }) => energyKw === null,
      withoutNomination: ({ nominationKw }) => nominationKw === null,
      ofTwoPrograms: ({ programs, level }) => programs.length > 1 && level === "group",
      newPower: (truth) => versionsBefore(truth).some(({ energyKw }) => energyKw !== truth.energyKw),
      newMembers: (truth) =>
        versionsBefore(truth).some(({ meterIds }) => meterIds.join() !== truth.meterIds.join()),
    };
    for (const [kind, isOfKind] of Object.entries(kinds))
      expect([kind, truths.some(isOfKind), truths.every(isOfKind)]).toEqual([kind, true, false]);
    expect(truths.filter(({ test }) => test !== null).every(({ level }) => level === "meter")).toBe(true);
  });

  test("are found by the day they begin on", () => {
    const market = createMarket(portfolio, 3);
    const last = truths.filter(({ replacedAtMs }) => replacedAtMs === null);
    for (let dayMs = fromMs + 2 * 86_400_000; dayMs < toMs - 2 * 86_400_000; dayMs += 86_400_000) {
      const isOn = ({ startMs }: DispatchTruth): boolean => startMs >= dayMs && startMs < dayMs + 86_400_000;
      const found = market
        .draftsBetween(dayMs, dayMs + 86_400_000)
        .flatMap((draft) => market.inForceAt(draft, toMs))
        .filter((truth) => isOn(truth) && truth.replacedAtMs === null);
      const ids = found.map(({ eventId }) => eventId).sort();
      expect(ids).toEqual(
        last
          .filter(isOn)
          .map(({ eventId }) => eventId)
          .sort(),
      );
    }
  });

  test("have one version in force at a time, and other ids than every other timeslot", () => {
    const byEvent = Map.groupBy(truths, ({ eventId }) => eventId);
    for (const versions of byEvent.values()) {
      const [first, second] = versions;
      expect(versions.length).toBeLessThanOrEqual(2);
      expect(first?.replacesSentAtMs === null || (first?.replacesSentAtMs ?? 0) < fromMs).toBe(true);
      if (second === undefined) continue;
      expect([first?.replacedAtMs, second.replacesSentAtMs]).toEqual([second.sentAtMs, first?.sentAtMs]);
      expect([second.targetId, second.startMs, second.endMs]).toEqual([
        first?.targetId,
        first?.startMs,
        first?.endMs,
      ]);
      if (second.cancelledAtMs !== null) expect(second.cancelledAtMs).toBeGreaterThan(second.sentAtMs);
    }
    expect(byEvent.size).toBeLessThan(truths.length);
  });
});

/** The timeslots sent with one, itself among them. */
function besideOf(truth: DispatchTruth): readonly DispatchTruth[] {
  return truths.filter(
    ({ targetId, sentAtMs }) => targetId === truth.targetId && sentAtMs === truth.sentAtMs,
  );
}

function versionsBefore(truth: DispatchTruth): readonly DispatchTruth[] {
  if (truth.replacesSentAtMs === null) return [];
  return truths.filter(
    ({ eventId, sentAtMs }) => eventId === truth.eventId && sentAtMs === truth.replacesSentAtMs,
  );
}

describe("dispatches at the moments that matter", () => {
  test("follow minutes after a group was revised for today", () => {
    const soon = revisedForToday(portfolio, truths);
    expect(soon.length).toBeGreaterThan(5);
    expect(soon.some(({ replacesSentAtMs }) => replacesSentAtMs !== null)).toBe(true);
    for (const { sentAtMs, lateRevision } of soon) {
      const minutes = (sentAtMs - (lateRevision?.revisedAtMs ?? 0)) / minuteMs;
      expect(minutes).toBeGreaterThanOrEqual(2);
      expect(minutes).toBeLessThanOrEqual(10);
    }
  });

  test("name groups whose members change with the trade date, by the calendar alone", () => {
    const onFirst = truths.filter(
      ({ level, tradeDates }) => level === "group" && tradeDates[0] === "2026-11-01",
    );
    const changing = onFirst.slice(0, 12).filter(({ targetId, sentAtMs, meterIds }) => {
      const eve = portfolio.membersOn("2026-10-31", sentAtMs).get(targetId) ?? [];
      return eve.join() !== meterIds.join();
    });
    expect(changing.length).toBeGreaterThan(2);
  });

  test("are there in a frozen world, and are none where none are wanted", () => {
    const frozen = createPortfolio({ seed: 4, meterCount: 60, startDate, changeRate: 0 });
    const calm = createDispatchBook(frozen).truthsBetween(fromMs, toMs);
    expect(calm.length).toBeGreaterThan(20);
    expect(calm.some(({ lateRevision }) => lateRevision !== null)).toBe(false);
    expect(createDispatchBook(frozen, 0).truthsBetween(fromMs, toMs)).toEqual([]);
    expect(createDispatchBook(frozen, 3).truthsBetween(fromMs, toMs).length).toBeGreaterThan(calm.length);
    const empty = createPortfolio({ seed: 4, meterCount: 0, startDate, newMetersPerDay: 0 });
    expect(createDispatchBook(empty).truthsBetween(fromMs, toMs)).toEqual([]);
  });
});
