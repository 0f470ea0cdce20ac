import type { Config } from "../config/index.ts";
import { checkDatabase, checkFolder, checkLock } from "./doctor-disk-checks.ts";
import { checkFileHealth } from "./doctor-file-checks.ts";
import { checkLeap } from "./doctor-leap-checks.ts";
import { checkNotices } from "./doctor-notice-checks.ts";
import { checkRetention } from "./doctor-retention-checks.ts";
import { checkTimes } from "./doctor-schedule-checks.ts";
import { checkSinks } from "./doctor-sink-checks.ts";
import { checkStanding } from "./doctor-standing-checks.ts";
import { checkVolue } from "./doctor-volue-checks.ts";
import { type Finding, fail, ok } from "./finding.ts";
import { assertRehearsable, type Invocation, readConfig } from "./invocation.ts";

/**
 * Every check in the order in which one would mend things. Without a configuration there is little to look
 * at.
 */
export async function examineAll(invocation: Invocation): Promise<readonly Finding[]> {
  const { surroundings, nowMs } = invocation;
  const node = ok("node", `Node ${process.versions.node}`);
  const parsed = await readConfig(surroundings, invocation.databaseAsked ?? undefined);
  if (!parsed.ok) {
    return [node, ...parsed.problems.map((problem) => fail("config", problem, 2)), checkZones([])];
  }
  const { config } = parsed;
  assertRehearsable(config, nowMs);
  const atMs = invocation.clock.now();
  return [
    node,
    checkConfig(config),
    checkFolder(config.databasePath, config),
    ...checkDatabase(config.databasePath, atMs, config),
    checkLock(config.databasePath),
    ...checkFileHealth(config.databasePath, config),
    ...checkRetention(config, atMs),
    ...checkStanding(config, invocation),
    ...(await checkSinks(config)),
    checkZones([config.defaultZone, config.timezone, ...Object.values(config.zones)]),
    ...checkTimes(config, atMs),
    ...(await checkNotices(config)),
    ...(await checkLeap(config, invocation)),
    ...(await checkVolue(config, invocation)),
  ];
}

function checkConfig(config: Config): Finding {
  const { baseUrl, apiVersion } = config.leap;
  const sinks = config.sinks.map((sink) => sink.name).join(", ") || "none";
  return ok("config", `${baseUrl}, API ${apiVersion}, sinks: ${sinks}`);
}

/** A Node without its time zone data takes every zone for UTC. */
function checkZones(zones: readonly string[]): Finding {
  const offset = (zone: string, date: string): string =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).format(new Date(date));
  try {
    for (const zone of ["America/New_York", "America/Chicago", "America/Phoenix", ...zones])
      offset(zone, "2026-07-01");
    const [summer, winter] = [
      offset("America/Los_Angeles", "2026-07-01"),
      offset("America/Los_Angeles", "2026-01-01"),
    ];
    if (summer.includes("GMT-07:00") && winter.includes("GMT-08:00")) {
      return ok("time zones", `time zone data ${process.versions.tz ?? "of the system"}`);
    }
  } catch {}
  return fail(
    "time zones",
    "time zone data is missing or wrong: use an official build of Node, with full ICU",
    3,
  );
}
