import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "./run-program.ts";
import { after, openVolueCli, type Row, usageOf } from "./volue-cli.ts";
import { clientId, clientSecret, tokenOf } from "./volue-server.ts";

const words = (file: string) => ["volue", "report", "--file", file, "--now", after, "--verbose"];

test("no secret and no token is ever shown or kept, whoever sends it back to us (I9)", async () => {
  const { volue, folder, environment, write, run } = await openVolueCli();
  const file = write(
    "u.json",
    ["e-1", "e-2", "e-3", "e-4"].map((id) => usageOf(id)),
  );
  const said = `${clientId} ${clientSecret} ${tokenOf(1)}`;
  const { token, event } = volue;
  volue.token = () => ({ status: 401, body: { error: said, error_description: said } });
  const refused = await runProgram([...words(file), "--format", "table"], environment);
  volue.token = () => token(1);
  volue.event = (id, count) => (count === 1 ? { status: 418, body: { title: said } } : event(id, count));
  volue.report = ({ authorization }, count) =>
    [
      { status: 400, body: { title: authorization, errors: { [said]: [said] } } },
      { status: 500, body: said },
      { status: 200, body: { said } },
    ][count - 1] ?? "cut";
  const sent = await runProgram([...words(file), "--format", "csv"], environment);
  expect([refused.exitCode, sent.exitCode]).toEqual([2, 7]);
  const { stdout: listed } = await run(["list", "--format", "json"]);
  expect(JSON.parse(listed)).toHaveLength(3);
  for (const text of [refused.stdout, refused.stderr, sent.stdout, sent.stderr, listed]) {
    expect(text).not.toContain("canary");
  }
  for (const name of readdirSync(folder)) {
    expect(readFileSync(join(folder, name), "latin1"), name).not.toContain("canary");
  }
});

test("told to stop, it waits for the report that is on its way, and sends no other", async () => {
  const { volue, environment, write, report } = await openVolueCli();
  const reports = [usageOf("e-1"), usageOf("e-2"), usageOf("e-3")];
  const started = startProgram([...words(write("u.json", reports)), "--format", "json"], environment);
  const answered = Promise.withResolvers<void>();
  volue.report = (_, count) => {
    // The answer comes after the signal: the process is told before it can have read it.
    started.child.kill("SIGTERM");
    answered.resolve();
    return { status: 200, body: { id: `volue-${count}` } };
  };
  await answered.promise;
  const { exitCode, stdout } = await started.ended;
  expect(exitCode).toBe(3);
  const rows = JSON.parse(stdout) as readonly Row[];
  expect(rows.map(({ state, volue_id }) => [state, volue_id])).toEqual([
    ["reported", "volue-1"],
    ["unsent", null],
    ["unsent", null],
  ]);
  volue.report = (_, count) => ({ status: 200, body: { id: `volue-${count}` } });
  expect((await report(reports)).rows.map(({ sent }) => sent)).toEqual([false, true, true]);
});
