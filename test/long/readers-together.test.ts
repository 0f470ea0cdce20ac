import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Driver from "better-sqlite3";
import { expect, it, onTestFinished } from "vitest";
import { first, openCliWorld } from "../integration/cli-world.ts";
import { secondsMax } from "./budget.ts";
import {
  type Look,
  type Looker,
  questions,
  startKeptCommand,
  startLibrary,
  startNewCommands,
  toLook,
} from "./readers-lookers.ts";

const hourMs = 3_600_000;
const movedClock = new URL("../support/moved-clock.ts", import.meta.url).href;
const hasCommand = spawnSync("sqlite3", ["--version"]).status === 0;
const without = hasCommand ? "" : " (the command left out: sqlite3 is not installed)";

it(
  `the library, the sqlite3 command and the job on one file at once: every look is one publication${without}`,
  async () => {
    const job = await openJob();
    await job.run("sync");
    const states = new Map([job.readState()]);
    const library = await startLibrary(job.path);
    const readers: Record<string, Looker> = { "the library": library };
    if (hasCommand) {
      readers["the command, kept open"] = startKeptCommand(job.path);
      readers["the command, opened anew"] = startNewCommands(job.path);
    }
    const endMs = Date.now() + secondsMax * 1000;
    for (let round = 0; round < 8 || Date.now() < endMs; round += 1) {
      const before = [...states.values()].at(-1)!.last_sequence;
      job.pass((round % 2 === 0 ? 5 : 19) * hourMs);
      const words = round % 2 === 0 ? ["sync", "--mode", "poll"] : ["sync"];
      await Promise.all([job.run(...words), job.run("deliver")]);
      states.set(...job.readState());
      // What is removed as old has been followed: it is two days old, and this is less than one.
      await library.reach(before);
    }
    const last = [...states.values()].at(-1)!.last_sequence;
    await library.reach(last);
    const counts: Record<string, number[]> = {};
    for (const [name, reader] of Object.entries(readers)) {
      const looks = await reader.end();
      for (const look of looks) inspectLook(look, states, name);
      const seen = new Set(looks.map(({ published_at }) => published_at)).size;
      counts[name] = [looks.length, seen];
      expect(Math.min(looks.length / 2, seen), `${name}: looks, publications`).toBeGreaterThan(3);
    }
    const kept = job.readOldestSequence();
    process.stdout.write(
      `${states.size} publications, events ${kept} to ${last}: ${JSON.stringify(counts)}\n`,
    );
    expect(states.size).toBeGreaterThan(8);
    expect(kept, "old events were removed meanwhile").toBeGreaterThan(1);
    expect(library.told, "what was followed").toEqual(job.readDelivered());
    expect(library.told.map(([sequence]) => sequence)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  },
  secondsMax * 1000 + 300_000,
);

/** Agrees in itself, and with what the file held once the run that published it was over. */
function inspectLook(look: Look, states: ReadonlyMap<string, Look>, name: string): void {
  const about = `${name}, ${look.published_at}`;
  const members = new Map<string, Set<string>>();
  for (const [date, group, meter] of look.members) {
    const key = `${date} ${group}`;
    members.set(key, (members.get(key) ?? new Set()).add(meter));
  }
  const counted = [...members].map(([key, ids]) => {
    const text = [...ids].sort().map((id) => `${id}\n`);
    return [key, ids.size, createHash("sha256").update(text.join("")).digest("hex")].join(" ");
  });
  const said = look.groups.map(([date, group, count, digest]) => `${date} ${group} ${count} ${digest}`);
  expect(said.sort(), `${about}: groups and their members`).toEqual(counted.sort());
  expect(look.last_told, `${about}: the last event`).toBe(look.last_sequence);
  const state = states.get(look.published_at);
  expect(toText(look), `${about}: as it was published`).toBe(state && toText(state));
}

function toText({ last_sequence, groups, members }: Look): string {
  return JSON.stringify([last_sequence, [...groups].map(String).sort(), [...members].map(String).sort()]);
}

/** The program's own runs, at instants that pass; it removes events that are two days old. */
async function openJob() {
  const world = await openCliWorld(200);
  onTestFinished(() => world.close());
  const clock = join(world.folder, "clock");
  const told = join(world.folder, "told.ndjson");
  let nowMs = Date.parse(first);
  const environment = {
    METER_SYNC_SINKS: `file:${told}`,
    METER_SYNC_KEEP_EVENTS: "2d",
    METER_SYNC_EXPORT: join(world.folder, "export.sqlite"),
    NODE_OPTIONS: `--import=${movedClock}`,
    MOVED_CLOCK: clock,
  };
  const ask = <T>(act: (connection: Driver.Database) => T): T => {
    const connection = new Driver(world.database, { readonly: true });
    try {
      return connection.transaction(() => act(connection))();
    } finally {
      connection.close();
    }
  };
  return {
    path: world.database,
    pass: (ms: number) => {
      nowMs += ms;
    },
    run: async (...words: readonly string[]) => {
      world.leap.setNow(nowMs);
      writeFileSync(clock, String(nowMs - Date.now()));
      const ended = await world.run(words, environment);
      expect(ended.exitCode, `${words.join(" ")}: ${ended.stderr}`).toBe(0);
      expect(ended.stderr).not.toMatch(/locked|busy/i);
    },
    readState: (): [string, Look] =>
      ask((connection) => {
        const rows = questions.map((sql) => String(connection.prepare(sql).pluck().get()));
        const look = toLook(rows);
        return [look.published_at, look];
      }),
    readOldestSequence: () =>
      ask((connection) =>
        Number(connection.prepare("SELECT min(sequence) FROM snapshot_events").pluck().get()),
      ),
    readDelivered: () =>
      readFileSync(told, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => {
          const { sequence, id } = JSON.parse(line) as { sequence: string; id: string };
          return [Number(sequence), id] as const;
        }),
  };
}
