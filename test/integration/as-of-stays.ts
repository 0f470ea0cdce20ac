import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { insert } from "./small-database.ts";

export const north = "11111111-0000-4000-8000-000000000001";
export const south = "11111111-0000-4000-8000-000000000002";
export const meters = [
  "aaaaaaaa-0000-4000-8000-000000000001",
  "aaaaaaaa-0000-4000-8000-000000000002",
] as const;
export const firstMs = Date.UTC(2026, 9, 1, 6, 17);
export const thenMs = Date.UTC(2026, 9, 5, 6, 17);

export type Stay = {
  readonly meter?: 1 | 2;
  readonly program?: string | null;
  readonly group?: string;
  readonly from?: string;
  readonly to?: string | null;
  readonly knownFromMs?: number;
  readonly knownToMs?: number | null;
};

/** Two meters and two groups, first published on the first of October; the stays are the test's. */
export function openStays(stays: readonly Stay[]): Database {
  const folder = mkdtempSync(join(tmpdir(), "as-of-"));
  const database = openDatabase(join(folder, "as-of.sqlite"));
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  insert(database, "stream", { id: 1, stream_id: "stream-1", published_at_ms: thenMs });
  insert(database, "run", { run_id: "run-1", mode: "sweep", status: "published", published_at_ms: firstMs });
  for (const [id, name] of Object.entries({ [north]: "NORTH", [south]: "SOUTH" }))
    insert(database, "market_group", { market_group_id: id, market_group_name: name });
  for (const [index, id] of meters.entries()) {
    const key = { meter_key: index + 1 };
    insert(database, "meter", { ...key, meter_id: id, head_revision_id: index + 1 });
    const revision = { revision_id: index + 1, partner_reference: `SITE-${index + 1}` };
    insert(database, "revision", { ...key, ...revision, transmission_region: "CAISO" });
  }
  for (const stay of stays) {
    insert(database, "assignment", {
      meter_key: stay.meter ?? 1,
      program: stay.program === undefined ? "CCA" : stay.program,
      market_group_id: stay.group ?? north,
      effective_from: stay.from ?? "2026-10-01",
      effective_to: stay.to ?? null,
      known_from_ms: stay.knownFromMs ?? firstMs,
      known_to_ms: stay.knownToMs ?? null,
    });
  }
  return database;
}
