import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";
import { buildLibrary } from "../integration/library-world.ts";

const childPath = new URL("readers-library-child.ts", import.meta.url).pathname;

/** What a reader saw in one transaction, or in one snapshot. */
export type Look = {
  readonly published_at: string;
  readonly last_sequence: number;
  /** Of the last change event there is. */
  readonly last_told: number | null;
  /** date, group, count, digest */
  readonly groups: readonly (readonly [string, string, number, string])[];
  /** date, group, meter; twice where a meter is there by two programs. */
  readonly members: readonly (readonly [string, string, string])[];
};

/** Asked one by one, in one transaction; each gives one line. */
export const questions = [
  "SELECT json_array(published_at, last_sequence) FROM snapshot_info",
  `SELECT json_group_array(json_array(trade_date, market_group_id, member_count, members_sha256))
     FROM snapshot_groups`,
  "SELECT json_group_array(json_array(trade_date, market_group_id, meter_id)) FROM snapshot_group_members",
  "SELECT max(sequence) FROM snapshot_events",
];

export function toLook([info = "", groups = "", members = "", told = ""]: readonly string[]): Look {
  const [published_at, last_sequence] = JSON.parse(info);
  const rows = { groups: JSON.parse(groups), members: JSON.parse(members) };
  return { published_at, last_sequence, last_told: Number(told), ...rows };
}

/** A reader that looks without end, until it is told to. */
export type Looker = { readonly end: () => Promise<readonly Look[]> };

/** What was followed, as sequence and id; and when it has come as far as that. */
export type Follower = Looker & {
  readonly told: readonly (readonly [number, string])[];
  readonly reach: (sequence: number) => Promise<void>;
};

/** So many looks show what was published, each longer than a look for new events: it is not told any more. */
const patience = 40;

/** A program that uses the library as it is shipped. */
export async function startLibrary(path: string): Promise<Follower> {
  const told: [number, string][] = [];
  const looks: Look[] = [];
  let check = () => {};
  const up = Promise.withResolvers<void>();
  const { child, ended } = startReader(process.execPath, [childPath, buildLibrary(), path], (line) => {
    if (line === "up") return up.resolve();
    const said = JSON.parse(line) as { readonly told: [number, string] } | Look;
    if ("told" in said) told.push(said.told);
    else looks.push(said);
    check();
  });
  await Promise.race([up.promise, ended]);
  const reach = (sequence: number) =>
    new Promise<void>((resolve, reject) => {
      const before = looks.length;
      check = () => {
        const later = looks.slice(before).filter((look) => look.last_sequence >= sequence);
        if (told.some(([one]) => one >= sequence)) resolve();
        else if (later.length > patience) reject(new Error(`${sequence} is not told to who follows`));
      };
      ended.then(() => reject(new Error("the library's program ended")), reject);
      check();
    });
  const end = async () => {
    child.stdin?.end();
    await ended;
    return looks;
  };
  return { told, reach, end };
}

const script = `BEGIN;\n${questions.map((sql) => `${sql.replaceAll(/\s+/g, " ")};\n`).join("")}COMMIT;\n`;

/** Whoever opens the file in the moment in which another closes it has to wait, and the command does not. */
const patient = ["-bail", "-cmd", ".timeout 5000"];

/** The command, kept open: it is asked anew once it has answered. */
export function startKeptCommand(path: string): Looker {
  const looks: Look[] = [];
  const lines: string[] = [];
  let isEnding = false;
  const { child, ended } = startReader("sqlite3", [...patient, path], (line) => {
    if (lines.push(line) < questions.length) return;
    looks.push(toLook(lines.splice(0)));
    if (isEnding) child.stdin?.end();
    else child.stdin?.write(script);
  });
  child.stdin?.write(script);
  return {
    end: async () => {
      isEnding = true;
      await ended;
      return looks;
    },
  };
}

/** The command, opened anew for every look, for reading alone every other time. */
export function startNewCommands(path: string): Looker {
  const looks: Look[] = [];
  let isEnding = false;
  async function lookOn(): Promise<void> {
    for (let count = 0; !isEnding; count += 1) {
      const lines: string[] = [];
      const words = [...patient, ...(count % 2 === 0 ? ["-readonly"] : []), path];
      const { child, ended } = startReader("sqlite3", words, (line) => void lines.push(line));
      child.stdin?.end(script);
      await ended;
      looks.push(toLook(lines));
    }
  }
  const done = lookOn();
  // Heard when the looks are asked for.
  done.catch(() => undefined);
  return {
    end: async () => {
      isEnding = true;
      await done;
      return looks;
    },
  };
}

type Reader = { readonly child: ChildProcess; readonly ended: Promise<void> };

/** `ended` rejects where it complained, or did not end well. */
function startReader(command: string, words: readonly string[], hear: (line: string) => void): Reader {
  const child = spawn(command, words, { cwd: "/", stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  // Readers ask without end: the job goes first.
  if (child.pid !== undefined) setPriority(child.pid, 15);
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints += text;
  });
  child.stdin.on("error", () => undefined);
  createInterface({ input: child.stdout }).on("line", hear);
  const ended = once(child, "close").then(([code]) => {
    expect([code, complaints], command).toEqual([0, ""]);
  });
  ended.catch(() => undefined);
  return { child, ended };
}
