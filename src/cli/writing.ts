import type { Config } from "../config/index.ts";
import { type Database, findNetworkFileSystem, openDatabase } from "../database/index.ts";
import type { Logger } from "../log/index.ts";

/** Opens the database for a run or a delivery; what may harm it is told once. */
export function openForWriting(config: Config, logger: Logger): Database {
  const { databasePath } = config;
  const database = openDatabase(databasePath, config);
  const network = config.allowsNetworkFileSystem ? findNetworkFileSystem(databasePath) : null;
  if (network !== null) logger.warn({ path: databasePath, file_system: network }, toNetworkWarning(network));
  return database;
}

export function toNetworkWarning(network: string): string {
  return (
    `the database lies on a network file system (${network}), which METER_SYNC_ALLOW_NETWORK_FS allows: ` +
    "SQLite may lose or corrupt it; let one machine alone use it, and keep backups"
  );
}
