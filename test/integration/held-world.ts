import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { loadEvents, loadHeldRun, openReader, type Reader } from "../../src/reader/index.ts";
import { type CliWorld, first, openCliWorld, second } from "./cli-world.ts";
import type { Ended } from "./run-program.ts";

export type HeldReport = {
  run_id: string;
  checksum: string;
  trips: { rule: string; explanation: string; numbers: Record<string, number> }[];
  changes: Record<string, number>;
  first_changes: { id: string; type: string }[];
};

/** Two hours after the run that was held, when a person decides. */
export const decidedAt = "2026-10-29T08:17:00Z";

export type HeldWorld = {
  readonly world: CliWorld;
  /** The run that was held: Leap answered without any group. */
  readonly ended: Ended;
  readonly held: HeldReport;
  /** A database of its own in which that run is held; Leap answers as it should again. */
  readonly renew: () => void;
  /** The words that release it. */
  readonly release: (checksum?: string) => string[];
  readonly readEvents: () => { id: string; type: string; time: string }[];
  readonly readHeldRunId: () => string | null;
};

export async function openHeldWorld(): Promise<HeldWorld> {
  const world = await openCliWorld();
  const original = world.database;
  await world.sync(first);
  world.leap.setFaults([{ kind: "ungrouped" }]);
  const ended = await world.sync(second);
  const held: HeldReport = JSON.parse(ended.stdout);
  let copies = 0;
  return {
    world,
    ended,
    held,
    renew: () => {
      copies += 1;
      world.leap.setFaults([]);
      world.database = join(world.folder, `copy-${copies}.sqlite`);
      copyFileSync(original, world.database);
    },
    release: (checksum = held.checksum) => [
      "release",
      held.run_id,
      "--checksum",
      checksum,
      "--now",
      decidedAt,
    ],
    readEvents: () => read(world, (reader) => [...loadEvents(reader)].map(({ event }) => JSON.parse(event))),
    readHeldRunId: () => read(world, (reader) => loadHeldRun(reader)?.run_id ?? null),
  };
}

function read<T>({ database }: CliWorld, body: (reader: Reader) => T): T {
  const reader = openReader(database);
  try {
    return body(reader);
  } finally {
    reader.close();
  }
}
