/**
 * What a question as of an instant costs: `node test/support/as-of-benchmark.ts [DAYS]`. 100,000 meters in a
 * hundred groups, written row by row as the job does: on the first of a month all of them move to another
 * group, and every day one in a hundred is revised. Processor time, which other work on the machine hardly
 * touches, and the time that passed. Each kind of question is asked by processes of its own, and by the
 * command.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { type Database, openDatabase } from "../../src/database/index.ts";
import { insert } from "../integration/small-database.ts";
import { programPath, setup } from "./build-program.ts";

const meterCount = 100_000;
const groupCount = 100;
const dayMs = 86_400_000;
const days = Number(process.argv[2] ?? 60);
const startMs = Date.UTC(2025, 10, 15, 6, 17);

function toDate(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function toId(kind: string, number: number): string {
  return `${kind}-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

function fill(database: Database): void {
  database.connection.pragma("synchronous = OFF");
  const published = { published_at_ms: startMs + (days - 1) * dayMs };
  insert(database, "stream", { id: 1, stream_id: "stream-1", account: "default", ...published });
  database.connection.transaction(() => {
    for (let day = 0; day < days; day += 1) {
      const row = { run_id: `run-${day}`, mode: "sweep", status: "published", report: "{}" };
      insert(database, "run", { ...row, published_at_ms: startMs + day * dayMs });
    }
    for (let group = 0; group < groupCount; group += 1) {
      const id = toId("11111111", group);
      insert(database, "market_group", { market_group_id: id, market_group_name: `GROUP ${group}` });
    }
    const document = JSON.stringify({ text: "as Leap sent it ".repeat(120) });
    for (let key = 1; key <= meterCount; key += 1) {
      insert(database, "meter", { meter_key: key, meter_id: toId("aaaaaaaa", key), head_revision_id: key });
      const names = { partner_reference: `SITE-${key}`, transmission_region: "CAISO" };
      insert(database, "revision", { revision_id: key, meter_key: key, ...names, document });
    }
  })();
  for (let day = 0; day < days; day += 1) database.connection.transaction(() => assign(database, day))();
  database.connection.pragma("wal_checkpoint(TRUNCATE)");
}

/** What is known of some meters is replaced: their stay ends with yesterday, and another begins today. */
function assign(database: Database, day: number): void {
  const atMs = startMs + day * dayMs;
  const today = toDate(atMs);
  const isWhole = day === 0 || today.endsWith("-01");
  const current = "known_to_ms IS NULL AND effective_to IS NULL";
  const close = database.prepare(
    `UPDATE assignment SET known_to_ms = ? WHERE meter_key = ? AND ${current}
     RETURNING effective_from, market_group_id`,
  );
  for (let key = 1; key <= meterCount; key += 1) {
    if (!isWhole && (key + day) % 100 !== 0) continue;
    const row = { meter_key: key, program: "CCA", known_from_ms: atMs };
    const [before] = close.all(atMs, key);
    if (before !== undefined)
      insert(database, "assignment", { ...row, ...before, effective_to: toDate(atMs - dayMs) });
    // Members of a group lie anywhere in the portfolio; who is revised goes elsewhere until the month ends.
    const group = key * 7919 + new Date(atMs).getUTCMonth() * 31 + (isWhole ? 0 : 1);
    const id = toId("11111111", group % groupCount);
    insert(database, "assignment", { ...row, effective_from: today, market_group_id: id });
  }
}

/** Milliseconds of the processor and of the clock. */
type Took = readonly [number, number];

/** Opens the file, asks about one group, then about others, then for counts and digests. */
const asking = `
import { loadGroupAsOf, loadGroupMembersAsOf, openReader } from ${JSON.stringify(
  new URL("../../src/reader/index.ts", import.meta.url).href,
)};
const [path, tradeDate, knownAt, first, ...others] = process.argv.slice(1);
const asOf = { tradeDate, knownAtMs: Number(knownAt) };
const reader = openReader(path);
let count = 0;
function take(act) {
  const [cpu, ms] = [process.cpuUsage(), performance.now()];
  act();
  const { user, system } = process.cpuUsage(cpu);
  return [(user + system) / 1000, performance.now() - ms];
}
const members = (group) => take(() => { count = [...loadGroupMembersAsOf(reader, group, asOf)].length; });
const said = { first: [members(first)], others: others.map(members) };
said.digests = others.map((group) => take(() => loadGroupAsOf(reader, group, asOf)));
reader.close();
console.log(JSON.stringify({ ...said, count }));
`;

function ask(path: string, day: number) {
  const groups = Array.from({ length: 20 }, (_, group) => toId("11111111", group * 3));
  const words = [toDate(startMs + day * dayMs), String(startMs + day * dayMs + 3_600_000), ...groups];
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", asking, path, ...words], {
    encoding: "utf8",
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return JSON.parse(child.stdout) as Record<"first" | "others" | "digests", Took[]> & { count: number };
}

/** The whole process. */
function command(path: string, words: readonly string[]): Took {
  const tell =
    "process.on('exit',()=>{const{user,system}=process.cpuUsage();console.error((user+system)/1000)})";
  const own = [`--import=data:text/javascript,${encodeURIComponent(tell)}`, programPath];
  const beganMs = performance.now();
  const child = spawnSync(process.execPath, [...own, ...words, "--database", path], { encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  return [Number(child.stderr.trim().split("\n").at(-1)), performance.now() - beganMs];
}

function say(name: string, took: readonly Took[]): void {
  const describe = (values: readonly number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)]!.toFixed(1);
    return `median ${at(0.5)}, p95 ${at(0.95)}`;
  };
  const [cpu, ms] = [describe(took.map(([one]) => one)), describe(took.map(([, one]) => one))];
  process.stdout.write(`  ${name} (${took.length}): processor ${cpu} ms; clock ${ms} ms\n`);
}

const folder = mkdtempSync(join(tmpdir(), "as-of-benchmark-"));
const path = join(folder, "a.sqlite");
try {
  await setup();
  const database = openDatabase(path);
  fill(database);
  const rows = Number(database.prepare("SELECT count(*) AS n FROM assignment").get()?.n);
  database.close();
  process.stdout.write(`${days} days: ${rows} assignments, ${Math.round(statSync(path).size / 1e6)} MB\n`);
  for (const day of [1, Math.floor(days / 2), days - 2]) {
    const asked = Array.from({ length: 10 }, () => ask(path, day));
    process.stdout.write(`day ${day}, ${asked[0]?.count} members, load ${loadavg()[0]?.toFixed(1)}\n`);
    for (const which of ["first", "others", "digests"] as const)
      say(
        which,
        asked.flatMap((one) => one[which]),
      );
  }
  const atMs = startMs + Math.floor(days / 2) * dayMs;
  const asOf = ["--trade-date", toDate(atMs), "--known-at", new Date(atMs + 3_600_000).toISOString()];
  const times = (words: readonly string[]) => Array.from({ length: 10 }, () => command(path, words));
  process.stdout.write(`the command, load ${loadavg()[0]?.toFixed(1)}\n`);
  say("--version", times(["--version"]));
  say("group ID", times(["group", toId("11111111", 6), "--format", "ndjson", ...asOf]));
  say("groups", times(["groups", "--format", "ndjson", ...asOf]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
