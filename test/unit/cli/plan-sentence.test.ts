import { describe, expect, it } from "vitest";
import { toPlanSentence } from "../../../src/cli/plan-sentence.ts";
import { toFacts, toGroup } from "./plan-facts.ts";

describe("a plan in one sentence", () => {
  it("begins with the meters that move, and says each date once", () => {
    const facts = toFacts({
      events: 231,
      moved: [["2026-12-01", 214]],
      unassigned: [["2026-12-01", 3]],
      meters: { activated: 12, missing: 2 },
    });
    expect(toPlanSentence(facts)).toBe(
      "214 meters would move between groups on 2026-12-01, 3 lose a group, 12 become active, " +
        "2 go missing; 231 events in all",
    );
  });

  it("says of two dates how many each, of more only the first", () => {
    const two = toFacts({
      events: 9,
      moved: [
        ["2026-12-01", 4],
        ["2026-12-02", 1],
      ],
      assigned: [["2026-12-02", 1]],
    });
    expect(toPlanSentence(two)).toBe(
      "5 meters would move between groups on 2026-12-01 (4) and 2026-12-02 (1), " +
        "1 join a group on 2026-12-02; 9 events in all",
    );
    const more = toFacts({
      events: 3,
      moved: [
        ["2026-12-01", 1],
        ["2026-12-02", 1],
        ["2026-12-03", 1],
      ],
    });
    expect(toPlanSentence(more)).toContain("move between groups from 2026-12-01 on; 3 events");
  });

  it("counts required actions apart from meters, and says every other thing that becomes of a meter", () => {
    const all = {
      created: 1,
      activated: 0,
      deactivated: 2,
      missing: 0,
      reappeared: 3,
      archived: 4,
      restored: 5,
      actions_added: 6,
      actions_changed: 7,
      actions_resolved: 8,
    };
    expect(toPlanSentence(toFacts({ events: 30, meters: all }))).toBe(
      "2 meters would become inactive, 1 appear for the first time, 3 come back, 4 go into the archive, " +
        "5 come out of the archive; required actions: 6 added, 7 changed, 8 resolved; 30 events in all",
    );
    const actions = toFacts({ events: 1, meters: { actions_resolved: 1 } });
    expect(toPlanSentence(actions)).toBe("required actions: 1 resolved; 1 event in all");
  });

  it("says when nothing would change, or nothing of weight", () => {
    expect(toPlanSentence(toFacts({}))).toBe("nothing would change");
    expect(toPlanSentence(toFacts({ events: 2 }))).toBe(
      "no group, status or required action would change; 2 events in all",
    );
  });

  it("says of a first publication what it shows", () => {
    const baseline = { meters: 60, standings: [], dates: [] };
    const facts = { ...toFacts({ groups: [toGroup({})] }), baseline };
    expect(toPlanSentence(facts)).toBe(
      "60 meters and 1 group would be the first snapshot; no event tells them",
    );
    expect(toPlanSentence({ ...facts, events: 90 })).toMatch(/first snapshot; 90 events in all$/);
  });
});
