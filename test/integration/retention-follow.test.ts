import { expect, it } from "vitest";
import { addRemap, openFile, prune, tell, youngMs } from "./retention-file.ts";
import { runProgram } from "./run-program.ts";

it("`events --follow` gives all there is, though before the gap are more than one look takes", async () => {
  const database = openFile();
  for (let sequence = 1; sequence <= 700; sequence += 1) {
    tell(database, { key: `meter-${sequence}` });
    if (sequence <= 600) addRemap(database, sequence, "told", `meter-${sequence}`);
  }
  tell(database, { atMs: youngMs });
  prune(database);
  const environment = { METER_SYNC_DATABASE: database.path };
  const followed = await runProgram(["events", "--follow", "--limit", "601"], environment);
  expect(followed.messages).toEqual([]);
  expect(followed.stdout.trim().split("\n")).toHaveLength(601);
});
