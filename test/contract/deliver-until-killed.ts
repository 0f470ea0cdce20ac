/**
 * A process that delivers what is due to a file and kills itself, as `kill -9` would, in front of the Nth
 * thing it asks of the file system or of the outbox. Arguments: database, file, N. Prints the number of steps
 * it lived through.
 */
import fs, { type PathLike } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [databasePath, filePath, lastStep] = process.argv.slice(2) as [string, string, string];
let step = 0;
const write = fs.writeSync as (file: number, bytes: Uint8Array, offset: number, length?: number) => number;
const open = fs.openSync as (path: PathLike, flags: number, mode?: number) => number;

function stepOrDie(): void {
  step += 1;
  if (step === Number(lastStep)) process.kill(process.pid, "SIGKILL");
}

const { deliverDue, openSinks } = await import("../../src/delivery/index.ts");
const { openDatabase } = await import("../../src/database/index.ts");
const database = openDatabase(databasePath);
const [sink] = openSinks([{ kind: "file", name: "file", path: filePath }], {
  stdout: process.stdout,
  now: Date.now,
});
if (sink?.kind !== "append") throw new Error("no sink");

// A write is two steps, so that there is a torn line between them.
fs.writeSync = ((file: number, bytes: Uint8Array, offset: number) => {
  stepOrDie();
  const half = write(file, bytes, offset, Math.ceil((bytes.length - offset) * 0.4));
  stepOrDie();
  return half + write(file, bytes, offset + half);
}) as typeof fs.writeSync;
fs.openSync = ((path: PathLike, flags: number, mode?: number) => {
  stepOrDie();
  return open(path, flags, mode);
}) as typeof fs.openSync;
for (const name of ["fsyncSync", "ftruncateSync"] as const) {
  const original = fs[name] as (file: number, length?: number) => void;
  fs[name] = (file: number, length?: number) => {
    stepOrDie();
    original(file, length);
  };
}
syncBuiltinESMExports();

const clock = {
  // Asked between the sink's answer and the settling.
  now: () => {
    stepOrDie();
    return 0;
  },
};
const deliver: typeof sink.deliver = async (batch, signal) => {
  // Small batches, so that kills fall between them too.
  stepOrDie();
  await sink.deliver(batch, signal);
};
await deliverDue(database, [{ ...sink, deliver }], {
  signal: new AbortController().signal,
  clock,
  random: () => 0.5,
});
process.stdout.write(String(step));
