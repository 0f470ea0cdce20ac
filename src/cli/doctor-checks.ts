import type { Config } from "../config/index.ts";
import { checkDatabase, checkFolder, checkLock } from "./doctor-disk-checks.ts";
import { formatAge } from "./durations.ts";
import { type Finding, fail, ok, toFinding, warn } from "./finding.ts";
import { assertRehearsable, type Invocation, readConfig } from "./invocation.ts";
import { requireCredentials } from "./run-sync-command.ts";

const clockOffMaxMs = 5 * 60_000;
const limits = { requestTimeoutMs: 15_000, responseBytesMax: 64 * 1024 * 1024, attemptCountMax: 2 };

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
  return [
    node,
    checkConfig(config),
    checkFolder(config.databasePath),
    ...checkDatabase(config.databasePath, invocation.clock.now()),
    checkLock(config.databasePath),
    checkZones([config.defaultZone, config.timezone, ...Object.values(config.zones)]),
    ...(await checkLeap(config, invocation)),
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

/** One meter is asked for: it shows the way there, the key, the host, and both clocks. */
async function checkLeap(config: Config, invocation: Invocation): Promise<readonly Finding[]> {
  try {
    requireCredentials(config);
  } catch (error) {
    return [toFinding("credentials", error), warn("leap", "not asked: it takes credentials")];
  }
  const kind = config.leap.credentials?.kind === "login" ? "e-mail and password" : "an API key";
  const credentials = ok("credentials", `${kind} (whether it is accepted, the next line says)`);
  const { openLeapClient } = await import("../leap/index.ts");
  const { apiVersion, baseUrl, accountId } = config.leap;
  const leap = openLeapClient({
    apiVersion,
    baseUrl,
    accountId,
    credentials: requireCredentials(config),
    pageSize: 1,
    concurrency: 1,
    limits: { ...limits, requestCountMax: 20, runTimeMaxMs: 5 * 60_000 },
    random: Math.random,
    clock: invocation.realClock,
  });
  try {
    const page = await leap.readPage(
      { addedFromMs: null, addedToMs: null },
      null,
      new AbortController().signal,
    );
    const answer = page.documents.length === 0 ? "an empty portfolio" : "meters";
    return [
      credentials,
      ok("leap", `${baseUrl} answers with ${answer}`),
      checkClock(page.serverDateMs, invocation),
    ];
  } catch (error) {
    return [credentials, toFinding("leap", error)];
  } finally {
    leap.close();
  }
}

/** Trade dates and lead times follow our clock: it has to be right. */
function checkClock(serverDateMs: number | null, { clock, nowMs }: Invocation): Finding {
  if (serverDateMs === null)
    return warn("clock", "Leap did not say what time it is: compare the clock yourself");
  const offMs = clock.now() - serverDateMs;
  if (Math.abs(offMs) <= clockOffMaxMs) return ok("clock", `within ${formatAge(Math.abs(offMs))} of Leap's`);
  const message = `${formatAge(Math.abs(offMs))} ${offMs > 0 ? "ahead of" : "behind"} Leap's`;
  if (nowMs !== null) return warn("clock", `--now is ${message}: a rehearsal's business`);
  return fail("clock", `${message}: set this machine's clock, best by NTP`, 3);
}
