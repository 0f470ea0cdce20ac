import { expect, test } from "vitest";
import type { Job, Recollection } from "../../../src/schedule/index.ts";
import { openSlots } from "../../../src/schedule/slots.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A slot of `17 6 * * *`. */
const slot = Date.UTC(2026, 9, 28, 6, 17);

/** A job looked at by a clock that is told the time. */
function openTestSlots({
  cron = "17 6 * * *",
  recall = null,
  openedAtMs = slot - hourMs,
}: {
  cron?: string;
  recall?: (() => Recollection) | null;
  openedAtMs?: number;
}) {
  const said: string[] = [];
  const say = (_: unknown, message: string) => void said.push(message);
  const job: Job = {
    name: "job",
    lane: "lane",
    cron,
    timezone: "UTC",
    recall,
    arguments: [],
    isDue: () => true,
  };
  const logger = { debug: say, info: say, warn: say, error: say };
  const slots = openSlots([job], openedAtMs, logger);
  const look = (nowMs: number) => slots.look(job, nowMs)?.slotMs ?? null;
  return { said, look, reopen: (nowMs: number) => slots.reopen(job, nowMs) };
}

const never = () => ({ kind: "never" }) as const;
const through = (atMs: number) => () => ({ kind: "through", atMs }) as const;
const unknown = () => ({ kind: "unknown", why: "the file is locked" }) as const;

test("each slot is told once, however often one looks", () => {
  const { look } = openTestSlots({ recall: through(slot - dayMs) });
  expect([slot - 1, slot, slot + 1, slot + hourMs].map(look)).toEqual([null, slot, null, null]);
  expect([slot + dayMs - 1, slot + dayMs, slot + dayMs].map(look)).toEqual([null, slot + dayMs, null]);
});

test("however many were missed, the last one is told, in words, and once", () => {
  const { look, said } = openTestSlots({ recall: through(slot - 9 * dayMs) });
  expect([slot + hourMs, slot + 2 * hourMs].map(look)).toEqual([slot, null]);
  expect(said).toEqual([expect.stringMatching(/was missed: it is made up for now, by one run/)]);
});

test("what others ran is not run again: what began at the slot or after it settles it", () => {
  expect(openTestSlots({ recall: through(slot) }).look(slot + hourMs)).toBeNull();
  expect(openTestSlots({ recall: through(slot + 1) }).look(slot + hourMs)).toBeNull();
  expect(openTestSlots({ recall: through(slot - 1) }).look(slot + hourMs)).toBe(slot);
});

test("a slot that was kept from running is told again a minute later, unless somebody else ran it", () => {
  let ranAtMs = slot - dayMs;
  const { look, reopen } = openTestSlots({ recall: () => through(ranAtMs)() });
  for (const atMs of [slot, slot + 60_000]) {
    expect([atMs, atMs + 1].map(look)).toEqual([slot, null]);
    reopen(atMs);
    expect(look(atMs + 59_999)).toBeNull();
  }
  ranAtMs = slot + 90_000;
  expect([slot + 120_000, slot + hourMs].map(look)).toEqual([null, null]);
});

test("a clock that is set back does not keep a slot from being told again", () => {
  const { look, reopen } = openTestSlots({ recall: through(slot - dayMs) });
  expect(look(slot + hourMs)).toBe(slot);
  reopen(slot + hourMs);
  expect(look(slot + 1000)).toBe(slot);
});

test("where it has never run it is told at once, without calling that missed", () => {
  const { look, said } = openTestSlots({ recall: never });
  expect([slot - hourMs, slot - 1, slot].map(look)).toEqual([slot - dayMs, null, slot]);
  expect(said).toEqual([expect.stringMatching(/started at once/)]);
});

test("where nobody can tell, slots from now on count, and it is said once", () => {
  const { look, said } = openTestSlots({ recall: unknown });
  expect([slot - hourMs, slot - 1, slot, slot + 1, slot + dayMs].map(look)).toEqual([
    null,
    null,
    slot,
    null,
    slot + dayMs,
  ]);
  expect(said).toEqual([expect.stringMatching(/cannot be told/)]);
});

test("once it can be told again, what was missed is made up for", () => {
  const answers: Recollection[] = [unknown(), unknown(), through(slot - 2 * dayMs)()];
  const { look } = openTestSlots({ recall: () => answers.shift() ?? unknown() });
  expect([-hourMs, -hourMs, 5 - hourMs, 6 - hourMs].map((ms) => look(slot + ms))).toEqual([
    null,
    null,
    slot - dayMs,
    null,
  ]);
});

test("a job that is not made up for begins with the slots after its opening", () => {
  const { look, said } = openTestSlots({ cron: "*/15 * * * *", openedAtMs: slot });
  const quarter = Date.UTC(2026, 9, 28, 6, 30);
  expect([slot, quarter - 1, quarter, quarter + 1].map(look)).toEqual([null, null, quarter, null]);
  // It stood still: of what was missed, one that is not yet old is run, one that is old is not.
  expect(look(quarter + 3 * hourMs + 599_999)).toBe(quarter + 3 * hourMs);
  expect(look(quarter + 9 * hourMs + 600_001)).toBeNull();
  expect(said.at(-1)).toMatch(/is not made up for/);
  expect(look(quarter + 9 * hourMs + 900_000)).toBe(quarter + 9 * hourMs + 900_000);
});

test("a clock set back by an hour lets no sweep come twice; polls go on, and do not come in a row", () => {
  const sweep = openTestSlots({ recall: through(slot - dayMs) });
  expect([slot, slot - hourMs, slot - 1, slot, slot + dayMs].map(sweep.look)).toEqual([
    slot,
    null,
    null,
    null,
    slot + dayMs,
  ]);
  const poll = openTestSlots({ cron: "*/5 * * * *", openedAtMs: slot });
  const at = (minute: number) => Date.UTC(2026, 9, 28, 6, minute);
  expect([at(20), at(20) - 2000, at(20)].map(poll.look)).toEqual([at(20), null, null]);
  expect([at(-40), at(-39), at(-35), at(-34)].map(poll.look)).toEqual([null, null, at(-35), null]);
});

test("a clock that was wrong by a year keeps nothing from running once it is right", () => {
  const wrong = slot + 365 * dayMs;
  const sweep = openTestSlots({ recall: through(slot - dayMs), openedAtMs: wrong });
  expect([wrong, slot, slot + 1, slot + dayMs].map(sweep.look)).toEqual([wrong, slot, null, slot + dayMs]);
  const untold = openTestSlots({ recall: unknown, openedAtMs: wrong });
  expect([wrong - 1, slot - 1, slot, slot + dayMs].map(untold.look)).toEqual([
    null,
    null,
    slot,
    slot + dayMs,
  ]);
});
