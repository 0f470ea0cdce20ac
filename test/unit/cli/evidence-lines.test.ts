import { describe, expect, it } from "vitest";
import { toEvidenceLines, toWholeReport } from "../../../src/cli/evidence-lines.ts";
import type { RunReport } from "../../../src/sync/index.ts";

const names = new Map([["g-1", "WEST_\u001b[2J"]]);
const meters = { absent: 0 };

describe("the evidence of a run, in words", () => {
  it("says why a sweep is not certified, whom it counted, and which groups shifted most", () => {
    const text = toLines({ certificate });
    expect(text).toContain("NOT CERTIFIED: 2 of 41 windows were not read to the last page\n");
    expect(text).toMatch(
      /^windows +39 of 41 read to the last page \(3 split, 1 read again from the start\)$/m,
    );
    expect(text).toMatch(/^moved +2 \(came twice, with different content\)$/m);
    expect(text).toMatch(/^CAISO +30 +27 +-3$/m);
    expect(text).toMatch(/^ERCOT +- +9 +-$/m);
    expect(text).toContain("Groups on 2026-11-10: 4 → 3, members 50 → 40; the largest shifts");
    expect(text).toMatch(/^WEST_\\u001b\[2J +g-1 +10 +0 +-10$/m);
  });

  it("says what became of absent meters, and of polls", () => {
    const text = toLines({
      meters: { absent: 6 },
      absence: { looked_up: true, found: 1, missing: 2, ended: 3, waiting: 0, gone: 0 },
      hidden: 4,
      poll_audit: { polls: 3, found: 17, caught: 2, missed: 1, trust_percent: 95 },
    });
    expect(text).toMatch(/Absent meters: 6\nlooked up +yes, by id\n/);
    expect(text).toMatch(/^missing +2 \(told as meter.missing\)$/m);
    expect(text).toContain("Meters that a search by date added hides: 4,");
    expect(text).toMatch(/^missed +1 changes .*\ntrust +95 %$/m);
  });

  it("leaves out what the report of an earlier release does not say", () => {
    const report = toWholeReport({ mode: "sweep", meters: { absent: 2 } });
    expect(toEvidenceLines(report, names)).toContain("No certificate: none was stored");
    expect(toEvidenceLines(report, names)).toMatch(/^waiting +0/m);
  });
});

const certificate = {
  is_certified: false,
  reasons: ["2 of 41 windows were not read to the last page"],
  windows_total: 41,
  windows_done: 39,
  windows_split: 3,
  windows_restarted: 1,
  pages: 44,
  documents: 40,
  returned: 36,
  repeated: 4,
  moved: 2,
  rejected: 0,
  unreadable: 0,
  content_sha256: "0".repeat(64),
  regions: { CAISO: { before: 30, after: 27 }, ERCOT: { before: null, after: 9 } },
  statuses: {},
  groups: {
    trade_date: "2026-11-10",
    before: { groups: 4, members: 50 },
    after: { groups: 3, members: 40 },
    largest: [{ market_group_id: "g-1", before: 10, after: 0 }],
  },
};

function toLines(report: object): string {
  return toEvidenceLines(toWholeReport({ mode: "sweep", meters, ...report }) as RunReport, names);
}
