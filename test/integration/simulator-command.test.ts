import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { collectFault, faultHelp } from "../../src/cli/fault-option.ts";
import { faultKinds, startSimulator } from "../../src/simulator/index.ts";
import { runProgram, startProgram } from "./run-program.ts";

const now = "2026-10-28T06:00:00Z";

describe("simulate --fault", () => {
  test("has a line in its help for every kind, in the simulator's own words", async () => {
    const { exitCode, stdout } = await runProgram(["simulate", "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(faultHelp.trim());
    const listed = [...faultHelp.matchAll(/^ {2}([a-z0-9-]+) {2,}(.+)$/gm)].map(([, kind, says]) => [
      kind,
      says,
    ]);
    expect(listed).toEqual(Object.entries(faultKinds).map(([kind, { says }]) => [kind, says]));
  });

  test("takes a kind and its details, as often as it is given", async () => {
    const faults = collectFault("clock-skew:seconds=-90", collectFault("ungrouped:rows=drop:rate=0.25"));
    expect(faults).toEqual([
      { kind: "ungrouped", rows: "drop", rate: 0.25 },
      { kind: "clock-skew", seconds: -90 },
    ]);
    const simulator = await startSimulator({
      seed: 1,
      meterCount: 5,
      startDate: "2026-10-28",
      nowMs: Date.parse(now),
      faults: collectFault("throttle:retry-after-seconds=2:above=4", faults),
    });
    await simulator.close();
    expect(simulator.faultCounts().map(({ fault }) => fault)).toMatchObject([
      { kind: "ungrouped", rows: "drop", rate: 0.25 },
      { kind: "clock-skew", seconds: -90 },
      { kind: "throttle", retryAfterSeconds: 2, above: 4 },
    ]);
  });

  test("serves with its faults and its seed", async () => {
    const { child, ended } = startProgram(
      ["simulate", "--meters", "10", "--port", "0", "--now", now, "--format", "json"].concat([
        "--fault",
        "html:times=2",
        "--fault",
        "page-cap:size=3",
        "--fault-seed",
        "11",
      ]),
    );
    const [printed] = (await once(child.stdout!, "data")) as [string];
    const { url } = JSON.parse(printed) as { url: string };
    const response = await fetch(`${url}/_simulator/faults`);
    expect(await response.json()).toMatchObject({
      seed: 11,
      faults: [
        { kind: "html", times: 2, hits: 0 },
        { kind: "page-cap", size: 3, hits: 0 },
      ],
    });
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(0);
  });

  test.each([
    ["a kind nobody knows", ["--fault", "fire"], /one of throttle, error-500/],
    ["a detail without a value", ["--fault", "html:often"], /name=value, as in html:rate=0\.2, not "often"/],
    ["a detail of another kind", ["--fault", "html:size=3"], /html has no "size"/],
    ["a value out of range", ["--fault", "html:rate=20"], /html takes rate from 0 to 1/],
    ["a seed in words", ["--fault-seed", "x"], /whole number from 0 to 2147483648/],
  ])("exits 2 for %s", async (_, words, message) => {
    const { exitCode, messages, stdout } = await runProgram(["simulate", "--port", "0", ...words]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(messages).toEqual([expect.stringMatching(message)]);
  });
});
