import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { checkpointAfterRun } from "../../src/cli/checkpointing.ts";
import { saveExport } from "../../src/snapshot/index.ts";
import { type MeterSketch, toEntry } from "./documents.ts";
import { openDays } from "./run-days.ts";
import { openScriptedLeap } from "./scripted-leap.ts";

const noon = Date.parse("2026-11-10T20:00:00Z");
const dayMs = 86_400_000;
const childPath = new URL("reader-child.ts", import.meta.url).pathname;

export type Watch = {
  /** What each reader came to, by its name; only those that could be started here. */
  readonly readers: Record<string, { readonly looks: number; readonly publications: number }>;
  readonly publications: number;
};

/** What stands in for a read-only volume that is mounted for another user. */
const mounted = [
  "-m",
  "sh",
  "-c",
  'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && ! touch "$1/x" 2>/dev/null && shift && ' +
    'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
  "sh",
];

/** Why nobody else can read from a read-only mount here; empty where that can be tried. */
export const whyNoMount = toWhyNoMount();
export const whyNoCommand =
  spawnSync("sqlite3", ["--version"]).status === 0 ? "" : "sqlite3 is not installed";

/**
 * Publishes and exports again and again while other programs read both, none of them ours. Fails where one of
 * them fails, sees views that do not agree, or sees but one publication.
 */
export async function watchDays(
  meterCount: number,
  isEnough: (publications: number) => boolean,
  { hasCommand = true } = {},
): Promise<Watch> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "watched-days-")));
  chmodSync(folder, 0o755);
  const target = join(folder, "export.sqlite");
  const leap = await openScriptedLeap();
  const days = openDays(leap, { pageSize: 100 });
  const logger = { debug() {}, info() {}, warn: expect.fail, error: expect.fail };
  const readers: Record<string, Reader> = {};
  let publications = 0;
  const publish = async () => {
    leap.entries = toSketches(meterCount, publications).map(toEntry);
    const report = await days.run(noon + publications * dayMs);
    expect(report.status).toBe("published");
    saveExport(days.path, target, { isPersonal: false, keepCount: 1, exportedAtMs: publications });
    checkpointAfterRun({ database: days.database, logger });
    publications += 1;
  };
  try {
    await publish();
    readers["the database, kept open"] = await startReader(process.execPath, [childPath, "kept", days.path]);
    if (whyNoMount === "") {
      for (const way of ["kept-read-only", "reopened"]) {
        const words = [...mounted, folder, process.execPath, childPath, way, target];
        readers[`the export of another user, ${way}`] = await startReader("unshare", words);
      }
    }
    const command = hasCommand && whyNoCommand === "" ? startCommand(days.path) : null;
    while (!isEnough(publications)) await publish();
    const ended = Object.entries(readers).map(
      async ([name, reader]) => [name, await endReader(reader)] as const,
    );
    const seen = Object.fromEntries(await Promise.all(ended));
    if (command !== null) seen["the sqlite3 command"] = await endCommand(command);
    return { readers: seen, publications };
  } finally {
    for (const { child } of Object.values(readers)) child.kill("SIGKILL");
    days.close();
    await leap.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every day a third of the meters moves, and some come or go. */
function toSketches(meterCount: number, day: number): MeterSketch[] {
  return Array.from({ length: meterCount + (day % 7) }, (_, index) => ({
    number: index + 1,
    status: (index + day) % 11 === 0 ? "ELIGIBLE" : "ACTIVE",
    stays: [
      { group: ["north", "south", "west"][(index + Math.floor((index + day) / 3)) % 3]!, from: "2026-11-01" },
    ],
  }));
}

type Reader = {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly closed: Promise<unknown>;
};

async function startReader(command: string, words: readonly string[]): Promise<Reader> {
  const child = spawn(command, words, { cwd: "/", stdio: ["pipe", "pipe", "pipe"] });
  stepBack(child);
  let text = "";
  const up = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("up\n")) up.resolve();
    });
  }
  const closed = once(child, "close");
  await Promise.race([up.promise, closed]);
  return { child, said: () => text, closed };
}

/** Readers ask without end: what is published goes first. */
function stepBack({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, 15);
}

async function endReader({ child, said, closed }: Reader) {
  child.stdin?.on("error", () => undefined).end();
  await closed;
  expect([child.exitCode, said()]).toEqual([0, expect.stringMatching(/^up\n\{.*\}\n$/)]);
  return JSON.parse(said().slice(3)) as { looks: number; publications: number };
}

const question = `SELECT i.published_at, i.last_sequence - (SELECT max(sequence) FROM snapshot_events),
  (SELECT count(*) FROM snapshot_groups g WHERE member_count <> (
    SELECT count(DISTINCT meter_id) FROM snapshot_group_members m
    WHERE m.trade_date = g.trade_date AND m.market_group_id = g.market_group_id))
  FROM snapshot_info i;`.replaceAll(/\s+/g, " ");

/** The command itself, kept open, asked without end. */
function startCommand(path: string) {
  const feed = spawn("yes", [question], { stdio: ["ignore", "pipe", "ignore"] });
  const child = spawn("sqlite3", ["-bail", "-cmd", ".timeout 5000", path], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  stepBack(child);
  child.stdin.on("error", () => undefined);
  feed.stdout.pipe(child.stdin);
  return { feed, child, said: () => text, closed: once(child, "close") };
}

async function endCommand({ feed, child, said, closed }: ReturnType<typeof startCommand>) {
  feed.kill();
  await closed;
  const lines = said().trim().split("\n");
  expect([child.exitCode, lines.filter((line) => !/^[\d-]{10}T[\d:.]+Z\|0\|0$/.test(line))]).toEqual([0, []]);
  return { looks: lines.length, publications: new Set(lines).size };
}

function toWhyNoMount(): string {
  if (process.getuid?.() !== 0) return "only root can mount";
  const folder = mkdtempSync(join(tmpdir(), "watched-days-"));
  try {
    const { status, error } = spawnSync("unshare", [...mounted, folder, process.execPath, "--version"]);
    if (error !== undefined) return "unshare is not installed";
    return status === 0 ? "" : "nothing can be mounted here";
  } finally {
    rmSync(folder, { recursive: true });
  }
}
