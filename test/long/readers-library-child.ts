/**
 * A program that uses the library as it is shipped: `BUNDLE PATH`. It follows the change events from the
 * first on, and looks at groups and members again and again: a snapshot that it refreshes and one opened
 * anew in turn, taking its time within a look. Says what it got, a line each, until its input ends.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Snapshot } from "../../src/library/index.ts";

const [, , bundle = "", path = ""] = process.argv;
const { openSnapshot } = (await import(bundle)) as typeof import("../../src/library/index.ts");
const stop = new AbortController();
process.stdin.on("end", () => stop.abort()).resume();

const kept = await openSnapshot(path);
process.stdout.write("up\n");
await Promise.all([follow(), lookOn()]);
kept.close();

async function follow(): Promise<void> {
  for await (const { sequence, id } of kept.changesAfter(0, {
    follow: { signal: stop.signal, everyMs: 100 },
  }))
    say({ told: [sequence, id] });
}

async function lookOn(): Promise<void> {
  for (let count = 0; !stop.signal.aborted; count += 1) {
    if (count % 2 === 0) kept.refresh();
    const snapshot = count % 2 === 0 ? kept : await openSnapshot(path);
    say(await look(snapshot));
    if (snapshot !== kept) snapshot.close();
  }
}

/** All that is read lies in one publication, however long it takes. */
async function look(snapshot: Snapshot) {
  const { published_at, last_sequence } = snapshot.info();
  const groups = snapshot.groups();
  const members: unknown[] = [];
  for (const id of new Set(groups.map(({ market_group_id }) => market_group_id))) {
    for (const row of snapshot.members(id)) members.push([row.trade_date, row.market_group_id, row.meter_id]);
    await wait(2);
  }
  const after: number[] = [];
  for await (const { sequence } of snapshot.changesAfter(last_sequence - 1)) after.push(sequence);
  return {
    published_at,
    last_sequence,
    last_told: after.at(-1) ?? null,
    groups: groups.map((row) => [row.trade_date, row.market_group_id, row.member_count, row.members_sha256]),
    members,
  };
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
