import { expect, it } from "vitest";
import { loadSinkLooks, loadSinkStates, toReader } from "../../src/reader/index.ts";
import { addRemap, addSink, openFile, prune, tell, youngMs } from "./retention-file.ts";

it("a sink that starts before a gap is counted as having what is left to get, in metrics too", () => {
  const database = openFile();
  for (let sequence = 1; sequence <= 90; sequence += 1) tell(database, { key: `meter-${sequence}` });
  for (const sequence of [3, 8]) addRemap(database, sequence, "told", `meter-${sequence}`);
  tell(database, { atMs: youngMs });
  prune(database);
  for (const settled of [0, 3, 50, 90, 91]) {
    addSink(database, `webhook:${settled}`, { settled_sequence: settled });
  }
  const counts = (sinks: readonly { readonly name: string; readonly undelivered: number }[]) =>
    sinks.map(({ name, undelivered }) => [name, undelivered]);
  const reader = toReader(database);
  expect(counts(loadSinkLooks(reader))).toEqual(counts(loadSinkStates(reader)));
  expect(counts(loadSinkLooks(reader))[0]).toEqual(["webhook:0", 3]);
});
