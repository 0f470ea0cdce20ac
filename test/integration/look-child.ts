import { checkLock } from "../../src/cli/doctor-disk-checks.ts";

/** A process of its own that looks whether a run is under way, again and again, until it is ended. */
const [, , database = ""] = process.argv;
checkLock(database);
process.stdout.write("up\n");
setInterval(() => {
  for (let round = 0; round < 20; round += 1) checkLock(database);
}, 1);
