import { expect, it } from "vitest";
import { prepareExportWorlds } from "./export-world.ts";
import { runProgram } from "./run-program.ts";
import { meter } from "./small-database.ts";

const openWorld = prepareExportWorlds();

it("snapshot export writes a file, says what is in it, and reading commands take it", async () => {
  const { database, folder, target } = openWorld();
  const environment = { METER_SYNC_DATABASE: database };
  const { exitCode, stdout } = await runProgram(["snapshot", "export", "out.sqlite"], environment, folder);
  expect([exitCode, JSON.parse(stdout)]).toEqual([
    0,
    {
      path: target,
      bytes: expect.any(Number),
      published_at: "2026-10-28T06:17:00.000Z",
      last_sequence: 4,
      meters: 3,
      is_personal: false,
    },
  ]);
  // Beside the job whose export it is, too.
  const shown = await runProgram(["meter", meter.plain, "--database", target], { METER_SYNC_EXPORT: target });
  expect(JSON.parse(shown.stdout)).toMatchObject({ meter_id: meter.plain, document: {} });
  const again = await runProgram(["snapshot", "export", target, "--personal"], environment);
  expect([again.exitCode, JSON.parse(again.stdout).is_personal]).toEqual([0, true]);
  const onto = await runProgram(["snapshot", "export", database], environment);
  expect([onto.exitCode, onto.messages]).toEqual([2, [expect.stringContaining("the database itself")]]);
});
