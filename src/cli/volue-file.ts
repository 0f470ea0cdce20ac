import type { Config } from "../config/index.ts";
import type { Database, Lock } from "../database/index.ts";
import { Failure } from "../failure/index.ts";

/** A rehearsal may not report to the real Volue at a made-up time. */
export function assertVolueRehearsable({ volue }: Config, nowMs: number | null): void {
  const { hostname } = new URL(volue.baseUrl);
  if (nowMs === null || hostname.toLowerCase().replace(/\.$/, "") !== "api.voluespark.com") return;
  throw new Failure(
    "usage",
    "--now rehearses and is refused against Volue's production host: leave it out, or change VOLUE_BASE_URL",
  );
}

/** One process at a time sends: what another is just sending would look like what a killed one left. */
export async function acquireVolueLock(config: Config): Promise<Lock> {
  const { acquireLock, toLockPath } = await import("../database/index.ts");
  const path = toLockPath(config.databasePath, "volue.lock");
  return acquireLock(path, "another `volue report` is under way", config);
}

/** The database, to be read; null where there is none. */
export async function openVolueFile(config: Config): Promise<{ readonly database: Database } | null> {
  const { existsSync } = await import("node:fs");
  if (!existsSync(config.databasePath)) return null;
  await assertNoVolueExport(config);
  const { openDatabaseReadOnly } = await import("../database/index.ts");
  return { database: openDatabaseReadOnly(config.databasePath, config) };
}

/** An export leaves reports to Volue out: read from one, what was reported would look as if it were not. */
export async function assertNoVolueExport({ databasePath }: Config): Promise<void> {
  const { isExport } = await import("../database/index.ts");
  if (!isExport(databasePath)) return;
  const advice = "set METER_SYNC_DATABASE to the database itself";
  throw new Failure("usage", `${databasePath} is an export, which has no reports to Volue in it: ${advice}`);
}
