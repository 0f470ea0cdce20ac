import { saveExport } from "../../src/snapshot/index.ts";

/** A process of its own that exports again and again: `database target keepCount count`. */
const [, , database = "", target = "", keepCount = "0", count = "1"] = process.argv;
try {
  process.stdout.write("up\n");
  for (let round = 0; round < Number(count); round += 1) {
    saveExport(database, target, { isPersonal: false, keepCount: Number(keepCount), exportedAtMs: round });
    process.stdout.write(`${round}\n`);
  }
} catch (error) {
  process.stdout.write(`${(error as { kind?: string }).kind}: ${(error as Error).message}\n`);
  process.exitCode = 9;
}
