import type { Config } from "../config/index.ts";
import type { Reader } from "../reader/index.ts";
import type { Invocation } from "./invocation.ts";

const tableRowCountDefault = 50;

/** How many rows a table shows: as many as asked for, else as a person can take in. */
export function tableRowCount(limit: number | undefined): number {
  return limit ?? tableRowCountDefault;
}

/**
 * Opens the database of this invocation for reading, and closes it whatever happens; what `body` gives is
 * given on.
 */
export async function withReader<T>(
  invocation: Invocation,
  body: (reader: Reader, config: Config) => Promise<T>,
): Promise<T> {
  const config = await invocation.loadConfig();
  const { openReader } = await import("../reader/index.ts");
  const reader = openReader(config.databasePath, config);
  try {
    return await body(reader, config);
  } finally {
    reader.close();
  }
}
