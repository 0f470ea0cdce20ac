import { describe, expect, it } from "vitest";
import {
  assertReplayable,
  toGapFailure,
  warnOfGoneSince,
  warnOfLateStarts,
} from "../../src/cli/kept-events.ts";
import type { Sink } from "../../src/delivery/index.ts";
import type { Logger } from "../../src/log/index.ts";
import { hasGapAfter } from "../../src/reader/index.ts";
import { addRemap, addSink, nowMs, openFile, prune, tell, youngMs } from "./retention-file.ts";
import { runProgram } from "./run-program.ts";

/** Events 1 to 5 are gone; 6 and 7 are there. */
function openPruned() {
  const database = openFile();
  for (let count = 0; count < 5; count += 1) tell(database);
  tell(database, { atMs: youngMs });
  tell(database, { atMs: nowMs });
  prune(database);
  return database;
}

function openWarnings() {
  const warnings: string[] = [];
  const note = () => undefined;
  const warn = (_: unknown, message: string) => void warnings.push(message);
  const logger: Logger = { debug: note, info: note, warn, error: note };
  return { warnings, logger };
}

describe("whoever wants events that are gone", () => {
  it("is told so by `events`, instead of getting later ones as if nothing were missing", async () => {
    const { path } = openPruned();
    const run = (...words: string[]) => runProgram(["events", ...words], { METER_SYNC_DATABASE: path });
    const [late, follows, all, right, plain] = await Promise.all([
      run("--after", "4"),
      run("--follow", "--after", "4"),
      run("--after", "0"),
      run("--after", "5"),
      run(),
    ]);
    for (const { exitCode, stdout, messages } of [late, follows]) {
      expect([exitCode, stdout]).toEqual([2, ""]);
      expect(messages[0]).toContain("change events after 4 are not kept any more: they are complete from 6");
      expect(messages[0]).toContain("--after 5");
    }
    const told = `told at ${new Date(youngMs).toISOString()}`;
    expect(late.messages[0]).toContain(told);
    expect(all.messages[0]).toContain("earlier change events are gone: they are complete from 6");
    for (const { exitCode, stdout } of [all, right, plain]) {
      expect(exitCode).toBe(0);
      expect(stdout.trim().split("\n")).toHaveLength(2);
    }
    expect([right.messages, plain.messages]).toEqual([[], []]);
  });

  it("is told so where it is even one event too late, and where needed ones were left before the gap", () => {
    const kept = { first_sequence: 6, first_at: null };
    expect(hasGapAfter(kept, 5)).toBe(false);
    expect(hasGapAfter(kept, 4)).toBe(true);
    // What it stopped at may be there still: what follows is not.
    expect(hasGapAfter(kept, 1)).toBe(true);
    expect(hasGapAfter({ first_sequence: 1, first_at: null }, 0)).toBe(false);
    expect(toGapFailure(kept, 4).kind).toBe("usage");
  });

  it("cannot replay them: the replay of everything there is warns, that from one on is refused", () => {
    const database = openPruned();
    const { warnings, logger } = openWarnings();
    expect(() => assertReplayable(database, { fromSequence: 5 }, logger)).toThrow(/Replay --from 6/);
    assertReplayable(database, { fromSequence: 6 }, logger);
    assertReplayable(database, { sinceMs: nowMs }, logger);
    expect(warnings).toEqual([]);
    assertReplayable(database, { fromSequence: 1 }, logger);
    assertReplayable(database, { types: ["meter.*"] }, logger);
    assertReplayable(database, { sinceMs: youngMs - 1 }, logger);
    expect(warnings).toHaveLength(3);
  });

  it("may replay from one that is there still: one that failed there says to go on with it", () => {
    const database = openFile();
    for (let sequence = 1; sequence <= 5; sequence += 1) tell(database, { key: `meter-${sequence}` });
    addRemap(database, 3, "told", "meter-3");
    tell(database, { atMs: youngMs });
    prune(database);
    const { warnings, logger } = openWarnings();
    assertReplayable(database, { fromSequence: 3 }, logger);
    expect(warnings).toEqual([expect.stringContaining("they are complete from 6")]);
    expect(() => assertReplayable(database, { fromSequence: 4 }, logger)).toThrow(/not kept any more/);
  });

  it("is warned of where they went while a replay sent others", () => {
    const database = openFile();
    for (let count = 0; count < 3; count += 1) tell(database);
    tell(database, { atMs: youngMs });
    const { warnings, logger } = openWarnings();
    const before = assertReplayable(database, { fromSequence: 2 }, logger);
    warnOfGoneSince(database, before, { fromSequence: 2 }, logger);
    expect(warnings).toEqual([]);
    prune(database);
    warnOfGoneSince(database, before, { fromSequence: 4 }, logger);
    warnOfGoneSince(database, before, { sinceMs: youngMs }, logger);
    expect(warnings).toEqual([]);
    warnOfGoneSince(database, before, { fromSequence: 2 }, logger);
    expect(warnings).toEqual([expect.stringContaining("some may not have been sent again")]);
  });

  it("is warned of where a new sink is to start with one of them; one that is known already is not", () => {
    const database = openPruned();
    const { warnings, logger } = openWarnings();
    const sink = (name: string, startAt: "now" | number) => ({ kind: "webhook", name, startAt }) as Sink;
    addSink(database, "webhook:known");
    const sinks = [sink("webhook:known", 2), sink("webhook:now", "now"), sink("webhook:right", 6)];
    warnOfLateStarts(database, sinks, logger);
    expect(warnings).toEqual([]);
    warnOfLateStarts(database, [...sinks, sink("webhook:late", 5)], logger);
    expect(warnings).toEqual([expect.stringContaining("the sink is to start at 5")]);
  });
});
