import { resolve } from "node:path";
import { saveExport } from "../snapshot/index.ts";
import { formatInstant } from "../time/index.ts";
import { printRecord } from "./formats.ts";
import type { Invocation } from "./invocation.ts";

export type ExportCommandOptions = { readonly personal?: boolean };

/** The command `snapshot export`: what is published, as a file for readers. */
export async function runExport(
  invocation: Invocation,
  { personal }: ExportCommandOptions,
  [file = ""]: readonly string[],
): Promise<number> {
  const config = await invocation.loadConfig();
  const { surroundings, output, format, realClock } = invocation;
  const exported = saveExport(config.databasePath, resolve(surroundings.cwd, file), {
    isPersonal: personal === true || config.exportsPersonalData,
    keepCount: config.exportKeepCount,
    exportedAtMs: realClock.now(),
    allowsNetworkFileSystem: config.allowsNetworkFileSystem,
  });
  const { path, bytes, publishedAtMs, lastSequence, meterCount, isPersonal } = exported;
  await printRecord(output, format, {
    path,
    bytes,
    published_at: publishedAtMs === null ? null : formatInstant(publishedAtMs),
    last_sequence: lastSequence,
    meters: meterCount,
    is_personal: isPersonal,
  });
  return 0;
}
