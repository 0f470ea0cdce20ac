import { once } from "node:events";
import { expect, test } from "vitest";
import { startProgram } from "./run-program.ts";

test("simulate --dispatches says how often anything is dispatched", async () => {
  const { child, ended } = startProgram(
    ["simulate", "--meters", "60", "--port", "0", "--now", "2026-11-06T00:00:00Z", "--format", "json"].concat(
      ["--start-date", "2026-10-01", "--dispatches", "0"],
    ),
  );
  const [printed] = (await once(child.stdout!, "data")) as [string];
  const { url, api_key } = JSON.parse(printed) as { url: string; api_key: string };
  const response = await fetch(`${url}/v2/dispatch/group/search`, {
    method: "POST",
    headers: { authorization: `Bearer ${api_key}` },
    body: JSON.stringify({ start_date: "2026-10-26T00:00:00Z", end_date: "2026-11-05T00:00:00Z" }),
  });
  expect(await response.json()).toEqual({ results: [] });
  child.kill("SIGTERM");
  expect((await ended).exitCode).toBe(0);
});
