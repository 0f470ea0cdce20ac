/**
 * A process that looks after a stream and marks what it is about to tell, and kills itself, as `kill -9`
 * would, in front of the Nth thing it asks of the file system or writes to the database. Arguments: database,
 * N. Prints the number of steps it lived through.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [databasePath, lastStep] = process.argv.slice(2) as [string, string];
let step = 0;

function stepOrDie(): void {
  step += 1;
  if (step === Number(lastStep)) process.kill(process.pid, "SIGKILL");
}

const { assureStream, saveMark } = await import("../../src/cli/stream-mark.ts");
const { openDatabase } = await import("../../src/database/index.ts");
const database = openDatabase(databasePath);

for (const name of ["openSync", "writeFileSync", "fsyncSync", "renameSync"] as const) {
  const original = fs[name] as (...words: unknown[]) => unknown;
  (fs as unknown as Record<string, unknown>)[name] = (...words: unknown[]) => {
    stepOrDie();
    return original(...words);
  };
}
syncBuiltinESMExports();

const prepare: typeof database.prepare = (sql) => {
  if (/^\s*(UPDATE|DELETE|INSERT)/.test(sql)) stepOrDie();
  return database.prepare(sql);
};
const ignore = () => {};
const logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
const makeId = () => crypto.randomUUID();
const stepping = { ...database, prepare };
assureStream(stepping, { logger, clock: { now: () => 0 }, makeId, isRunLocked: true });
saveMark(stepping, makeId);
stepOrDie();
database.close();
process.stdout.write(`${step}\n`);
