import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { afterAll, beforeAll, expect, it, type TestContext } from "vitest";
import { examineAll } from "../../src/cli/doctor-checks.ts";
import { checkNotices } from "../../src/cli/doctor-notice-checks.ts";
import { checkSinks } from "../../src/cli/doctor-sink-checks.ts";
import type { Finding } from "../../src/cli/finding.ts";
import { toInvocation } from "../../src/cli/invocation.ts";
import { openOutput } from "../../src/cli/output.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { type CliWorld, first, openCliWorld, second } from "./cli-world.ts";
import { fillSmallDatabase } from "./small-database.ts";

let world: CliWorld;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doctor-"));
  world = await openCliWorld(20);
});

afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A port of this machine on which somebody takes connections, or nobody does any more; nothing is read. */
async function openPort({ onTestFinished }: Pick<TestContext, "onTestFinished">, isClosed = false) {
  let received = 0;
  const server = createServer((socket) => socket.on("data", (chunk) => (received += chunk.length)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  if (isClosed) await close();
  else onTestFinished(close);
  return { port, receivedBytes: () => received };
}

function toConfig(environment: Record<string, string>): Config {
  const webhooks = JSON.stringify({ webhooks: { ems: { url: environment.URL, unsigned: true } } });
  const { URL: url, ...others } = environment;
  const parsed = parseConfig({
    environment: { ...others, ...(url === undefined ? {} : { METER_SYNC_CONFIG: "c.json" }) },
    readFile: () => webhooks,
    cwd: folder,
  });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

/** Every finding, as the program would have it in an environment. */
async function examine(now: string | null, environment: Record<string, string> = {}) {
  const surroundings: Surroundings = {
    arguments: [],
    environment: {
      METER_SYNC_DATABASE: world.database,
      METER_SYNC_LISTEN: "127.0.0.1:0",
      LEAP_BASE_URL: world.leap.url,
      LEAP_API_KEY: world.leap.apiKey,
      ...environment,
    },
    cwd: folder,
    openStdin: () => Readable.from([]),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    self: ["false"],
  };
  const options = now === null ? {} : { now: Date.parse(now) };
  const findings = await examineAll(toInvocation(surroundings, openOutput(surroundings.stdout), options));
  return (check: string) => findings.find((finding) => finding.check === check);
}

it("warns where nobody would notice that no run came, and of what cannot be reached", async (context) => {
  const open = await openPort(context);
  const closed = await openPort(context, true);
  const listen = { METER_SYNC_LISTEN: `127.0.0.1:${closed.port}` };
  const check = async (environment: Record<string, string>) => {
    const [heartbeat, metrics, endpoint] = await checkNotices(toConfig({ ...listen, ...environment }));
    return { heartbeat, metrics, endpoint };
  };
  expect(await check({})).toMatchObject({
    heartbeat: {
      outcome: "warn",
      message: expect.stringMatching(/nobody is told.*METER_SYNC_HEARTBEAT_URL/),
    },
    metrics: { outcome: "ok" },
    endpoint: { outcome: "ok", message: expect.stringContaining("is free") },
  });
  const answered = await check({
    METER_SYNC_HEARTBEAT_URL: `http://127.0.0.1:${open.port}/a-secret`,
    METER_SYNC_METRICS_FILE: "m.prom",
    METER_SYNC_LISTEN: `127.0.0.1:${open.port}`,
  });
  expect(answered).toMatchObject({
    heartbeat: { outcome: "ok" },
    metrics: { outcome: "ok", message: join(folder, "m.prom") },
    endpoint: { outcome: "ok", message: expect.stringContaining("in use") },
  });
  // A ping would look like a run.
  expect(open.receivedBytes()).toBe(0);
  const broken = await check({
    METER_SYNC_DELIVER_HEARTBEAT_URL: `http://127.0.0.1:${closed.port}/a-secret`,
    METER_SYNC_METRICS_FILE: "nowhere/m.prom",
    METER_SYNC_LISTEN: "192.0.2.1:9464",
  });
  expect(broken).toMatchObject({
    heartbeat: {
      outcome: "warn",
      message: expect.stringMatching(/METER_SYNC_DELIVER_HEARTBEAT_URL \(ECONNREFUSED\)/),
    },
    metrics: { outcome: "warn", message: expect.stringMatching(/nowhere is not there: make it/) },
    endpoint: { outcome: "warn", message: expect.stringMatching(/EADDRNOTAVAIL.*change METER_SYNC_LISTEN/) },
  });
  expect(JSON.stringify([answered, broken])).not.toContain("a-secret");
});

it("says of each sink whether it could take events, and sends and writes nothing", async (context) => {
  const open = await openPort(context);
  const closed = await openPort(context, true);
  mkdirSync(join(folder, "a-folder"));
  writeFileSync(join(folder, "a-file"), "");
  const check = async (sinks: string, url = "") =>
    checkSinks(toConfig({ METER_SYNC_SINKS: sinks, ...(url === "" ? {} : { URL: url }) }));
  expect(
    await check("stdout,file:new/e.ndjson,file:a-file,webhook:ems", `http://127.0.0.1:${open.port}/x`),
  ).toEqual(
    ["stdout", `file:${folder}/new/e.ndjson`, `file:${folder}/a-file`, "webhook:ems"].map((name) =>
      expect.objectContaining({ outcome: "ok", check: name }),
    ),
  );
  expect(open.receivedBytes()).toBe(0);
  const refused = `http://127.0.0.1:${closed.port}/x`;
  expect(await check("file:a-folder,file:a-file/e.ndjson,webhook:ems", refused)).toMatchObject([
    { outcome: "fail", exitCode: 3, message: expect.stringMatching(/is a folder: name a file in it/) },
    { outcome: "fail", message: expect.stringMatching(/is a file and no folder/) },
    { outcome: "fail", message: expect.stringMatching(/takes no connection \(ECONNREFUSED\)/) },
  ]);
  expect(await check("")).toMatchObject([{ outcome: "ok", check: "sinks" }]);
});

it("tells what stands in the database, and nothing of what is not there yet", async () => {
  const before = await examine(first);
  expect([before("database")?.outcome, before("freshness"), before("held run")]).toEqual([
    "ok",
    undefined,
    undefined,
  ]);
  fillSmallDatabase(world.database);
  const published = await examine(second, { METER_SYNC_SINKS: "file:/events.ndjson" });
  const outcomes = ["freshness", "file", "retention"].map((check) => published(check)?.outcome);
  expect(outcomes).toEqual(["ok", "ok", "ok"]);
  const database = openDatabase(world.database);
  database.execute(holdRun);
  database.close();
  // Its sink is configured no more, and has not had everything.
  const held = await examine("2026-11-02T00:00:00Z");
  const warned = ["held run", "freshness", "retention"].map((check) => held(check)?.outcome);
  expect(warned).toEqual(["warn", "warn", "warn"]);
  expect(held("held run")?.message).toContain("run-2");
});

/** A second run, like the first, that was held back. */
const holdRun = `
  CREATE TEMP TABLE held AS SELECT * FROM run;
  UPDATE held SET run_key = 2, run_id = 'run-2', status = 'held', published_at_ms = NULL;
  UPDATE held SET report = '{"trips":[]}';
  INSERT INTO run SELECT * FROM held;
  DROP TABLE held`;

it("looks at everything, and ends with the lowest code of what failed", async () => {
  const environment = { METER_SYNC_SINKS: "file:/dev/null/e.ndjson", LEAP_API_KEY: "wrong" };
  const { exitCode, stdout } = await world.run(["doctor", "--now", first], environment);
  const lines = JSON.parse(stdout) as readonly Finding[];
  const failed = lines.filter(({ outcome }) => outcome === "fail").map(({ check }) => check);
  expect([exitCode, failed]).toEqual([2, ["file:/dev/null/e.ndjson", "leap"]]);
});

it("tells of a clock that is off Leap's by the fault of either", async () => {
  world.leap.setNow(Date.now());
  expect((await examine(null))("clock")).toMatchObject({ outcome: "ok" });
  world.leap.setFaults([{ kind: "clock-skew", seconds: 3600 }]);
  const off = await examine(null);
  world.leap.setFaults([]);
  expect(off("clock")).toMatchObject({
    outcome: "fail",
    exitCode: 3,
    message: expect.stringMatching(/^60 min behind Leap's/),
  });
});
