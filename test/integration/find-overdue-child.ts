/**
 * Looks for overdue remaps in a process of its own, and kills it, as `kill -9` would, in front of the Nth
 * thing it asks of the database (0: never). Arguments: database, now, N. Prints the report.
 */
import { findOverdue } from "../../src/acknowledgement/index.ts";
import { openDatabase } from "../../src/database/index.ts";

const [path, now, lastStep] = process.argv.slice(2) as [string, string, string];
const database = openDatabase(path);
let step = 0;
const counted = {
  ...database,
  prepare: (sql: string) => {
    step += 1;
    if (step === Number(lastStep)) process.kill(process.pid, "SIGKILL");
    return database.prepare(sql);
  },
};
const report = findOverdue(counted, {
  zones: { defaultZone: "America/Los_Angeles", zones: {} },
  marginMs: 12 * 3_600_000,
  acknowledgedBy: ["webhook:ems"],
  nowMs: Number(now),
});
database.close();
process.stdout.write(JSON.stringify(report));
