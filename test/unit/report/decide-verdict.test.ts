import { describe, expect, it } from "vitest";
import type { ReportFacts } from "../../../src/reader/index.ts";
import { decideVerdict } from "../../../src/report/decide-verdict.ts";
import { toReportHtml } from "../../../src/report/index.ts";
import { emptyFacts, madeUpFacts, troubledFacts } from "./made-up-facts.ts";
import { madeUpSink } from "./made-up-runs.ts";

const facts = madeUpFacts();
const withStatus = (status: Partial<ReportFacts["status"]>): ReportFacts => ({
  ...facts,
  status: { ...facts.status, ...status },
});
const published = (published_at: string): ReportFacts =>
  withStatus({ info: { ...facts.status.info!, published_at } });

describe("the verdict", () => {
  it("is good where all is fresh and nothing is held or overdue", () => {
    expect(decideVerdict(facts)).toEqual({
      state: "good",
      line: "Fresh when this was made: published 2 hours before; nothing was held or overdue.",
      concerns: [],
    });
  });

  it("does not say that nothing was overdue where nobody is asked", () => {
    const unasked = { ...facts, acknowledged_by: [] };
    expect(decideVerdict(unasked).line).toMatch(/; nothing was held\.$/);
    const html = toReportHtml(unasked);
    expect(html).toContain("Not known: by the settings it was made with, no sink reports back");
    expect(html).not.toMatch(/Overdue<\/(th|dt)>/);
    expect(toReportHtml(facts)).toMatch(/Overdue<\/th>/);
  });

  it("names everything that a person has to see to, a held run first", () => {
    const verdict = decideVerdict(troubledFacts());
    expect(verdict.state).toBe("person");
    expect(verdict.line).toBe(
      "This needs a person: a run is held back; a sink takes nothing; 7 dead letters wait; " +
        "3 remaps are overdue.",
    );
    expect(verdict.concerns.map(({ command }) => command)).toEqual([
      "meter-sync run held",
      "meter-sync sinks",
      "meter-sync dead-letters",
      "meter-sync status",
    ]);
    expect(verdict.concerns[0]?.quote).toMatch(/^612 of 9,842/);
  });

  it("takes a day and two hours for fresh, and not more", () => {
    expect(decideVerdict(published("2026-10-06T06:15:00.000Z")).state).toBe("good");
    const stale = decideVerdict(published("2026-10-06T06:14:59.999Z"));
    expect(stale.line).toBe("This needs a person: the last publication is 26 hours old.");
    const weekly = decideVerdict(published("2026-10-01T06:15:00.000Z"), 170 * 3_600_000);
    expect(weekly.state).toBe("good");
  });

  it("is not fooled by polls that go on where no sweep does", () => {
    const { concerns } = decideVerdict(withStatus({ last_sweep: "2026-10-04T06:15:00.000Z" }));
    expect(concerns.map(({ sentence }) => sentence)).toEqual([
      "The last sweep is 3 days old; more than 26 hours are too many.",
    ]);
  });

  it("says why the last run failed", () => {
    const run = { ...facts.status.last_run!, status: "failed", error: "Leap answered 503" };
    const [concern] = decideVerdict(withStatus({ last_run: run })).concerns;
    expect(concern).toMatchObject({ short: "the last run failed", quote: "Leap answered 503" });
  });

  it("lets events wait that are merely under way, and not those of a sink that is disabled", () => {
    const waiting = { undelivered: 3 };
    const open = withStatus({ sinks: [madeUpSink("stdout", waiting)] });
    expect(decideVerdict(open).state).toBe("good");
    const disabled = { ...waiting, disabled_at: "2026-10-01T00:00:00.000Z" };
    const closed = withStatus({ sinks: [madeUpSink("webhook:ems", disabled)] });
    expect(decideVerdict(closed).concerns.map(({ sentence }) => sentence)).toEqual([
      "A sink takes nothing; 3 events are still to come.",
    ]);
  });

  it("tells a file without a run from one without a publication", () => {
    expect(decideVerdict(emptyFacts()).line).toBe("No run has begun yet: the first sweep fills this report.");
    const begun = withStatus({ info: null });
    expect(decideVerdict(begun)).toMatchObject({
      state: "nothing",
      line: "Nothing has been published yet: the first sweep fills this report.",
    });
  });
});
