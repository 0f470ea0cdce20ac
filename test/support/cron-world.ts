import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programPath } from "./build-program.ts";

const top = join(import.meta.dirname, "..", "..");
export const crontabExample = readFileSync(join(top, "crontab.example"), "utf8");

/** Nobody's on this machine: the account is there inside of the world only. */
const account = { name: "meter-keeper", uid: 12_345 };

export type Daemon = "cron" | "supercronic";

export type CronWorld = {
  /** What the account calls `$HOME`. */
  readonly home: string;
  /** Inside of `$HOME`, as the account would write it; only the account can read it. */
  readonly write: (name: string, text: string) => void;
  /** The text of a file in `$HOME`, or nothing where it is not there yet. */
  readonly read: (name: string) => string;
  /** A command by hand, as the account, with the settings of `$HOME/meter-sync.env`; its exit code. */
  readonly run: (command: string) => Promise<number | null>;
  /** Installs the table and starts the daemon that reads it. */
  readonly start: (crontab: string) => Promise<void>;
  /** Ends the daemon and what it started. */
  readonly close: () => Promise<void>;
};

/** Why there can be no such world here, in words; undefined where there can. */
export function whyNoCron(daemon: Daemon): string | undefined {
  if (process.getuid?.() !== 0) return "it takes root, to mount folders of its own over those of cron";
  if (findProgram("unshare") === undefined) return "there is no unshare";
  if (!isIsolationAllowed()) return "this machine allows no namespaces";
  return findProgram(daemon) === undefined ? `there is no ${daemon}` : undefined;
}

/** The schedule of every job set to every minute; nothing else is changed. */
export function toEveryMinute(crontab: string): string {
  return crontab.replaceAll(/^(?:[\d*/,-]+ +){5}(?=\S)/gm, "* * * * *  ");
}

/** The jobs as they are, and those that are only offered switched on. */
export function withOffers(crontab: string): string {
  return crontab.replaceAll(/^#(?=[\d*])/gm, "");
}

/**
 * A machine with an account of its own, the program on the path that the table sets, and no crontab but
 * ours: folders over those of this machine, seen by no other process, and gone with the daemon.
 */
export function openCronWorld(daemon: Daemon): CronWorld {
  const folder = mkdtempSync(join(tmpdir(), "cron-"));
  furnish(folder);
  if (daemon === "cron") furnishCron(folder);
  else copyFileSync(findProgram(daemon) ?? "", join(folder, "bin", daemon));
  const home = join(folder, "home");
  const children: ChildProcess[] = [];
  return {
    home,
    write: (name, text) => give(join(home, name), text),
    read: (name) => (existsSync(join(home, name)) ? readFileSync(join(home, name), "utf8") : ""),
    run: async (command) => {
      const settled = `set -a; . "$HOME/meter-sync.env"; set +a; ${command}`;
      const words = toWords(folder, `${enter}${byHand}`, settled);
      const [status] = await once(spawn("unshare", words, { stdio: "inherit" }), "exit");
      return status as number | null;
    },
    start: async (crontab) => {
      writeFileSync(join(folder, "crontab"), crontab);
      const script = `${enter}${daemon === "cron" ? startCron : startSupercronic}`;
      const child = spawn("unshare", toWords(folder, script), {
        stdio: ["ignore", "inherit", "inherit"],
        env: { PATH: process.env.PATH ?? "", LC_ALL: "C.UTF-8" },
      });
      children.push(child);
      await once(child, "spawn");
    },
    close: async () => {
      for (const child of children) {
        const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
        // The first process of the namespace ends with it, and with that one all the others.
        child.kill("SIGKILL");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

const isolated = ["--mount", "--pid", "--fork", "--kill-child"];
const asAccount = `setpriv --reuid ${account.uid} --regid ${account.uid} --clear-groups`;

/** `$1` is the world's folder, `$2` the checkout, `$3` the Node that runs this. */
const enter = `
  mount --bind "$2" "$1/checkout"
  mount --bind "$3" "$1/bin/node"
  mount --rbind "$1/bin" /usr/local/bin
  mount --bind "$1/passwd" /etc/passwd`;

/** cron's own folders; PAM lets everybody in, since what it asks for is the machine's business. */
const startCron = `
  mount --bind "$1/pam" /etc/pam.d/cron
  mount --bind "$1/empty" /etc/cron.d
  mount --bind /dev/null /etc/crontab
  mount --bind "$1/run" "$(readlink -f /var/run)"
  mount --bind "$1/crontabs" /var/spool/cron/crontabs
  crontab -u ${account.name} "$1/crontab"
  exec cron -f -L 15`;

/**
 * Started by the account itself; beneath a shell of root's, since who changes users is not ended with its
 * parent any more.
 */
const startSupercronic = `
  ${asAccount} env HOME="$1/home" supercronic -quiet "$1/crontab" &
  wait`;

const byHand = `
  cd "$1/home"
  exec ${asAccount} env HOME="$1/home" PATH=/usr/local/bin:/usr/bin:/bin /bin/sh -c "$4"`;

function toWords(folder: string, script: string, command = ""): readonly string[] {
  return [...isolated, "/bin/sh", "-ec", script, "sh", folder, top, process.execPath, command];
}

function furnish(folder: string): void {
  chmodSync(folder, 0o755);
  for (const name of ["checkout", "bin", "empty", "run", "crontabs", "home"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "bin", "node"), "");
  const program = join(folder, "checkout", programPath.slice(top.length));
  writeFileSync(join(folder, "bin", "meter-sync"), `#!/bin/sh\nexec node ${program} "$@"\n`);
  chmodSync(join(folder, "bin", "meter-sync"), 0o755);
  copyFileSync("/etc/passwd", join(folder, "passwd"));
  const entry = `${account.name}:x:${account.uid}:${account.uid}::${join(folder, "home")}:/bin/sh\n`;
  writeFileSync(join(folder, "passwd"), entry, { flag: "a" });
  chownSync(join(folder, "home"), account.uid, account.uid);
  chmodSync(join(folder, "home"), 0o700);
}

function furnishCron(folder: string): void {
  const { gid, mode } = statSync("/var/spool/cron/crontabs");
  chownSync(join(folder, "crontabs"), 0, gid);
  chmodSync(join(folder, "crontabs"), mode);
  const kinds = ["auth", "account", "session"];
  writeFileSync(join(folder, "pam"), kinds.map((kind) => `${kind} required pam_permit.so\n`).join(""));
}

function give(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chownSync(path, account.uid, account.uid);
}

function findProgram(name: string): string | undefined {
  const found = spawnSync("/bin/sh", ["-c", `command -v ${name}`], { encoding: "utf8" });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

function isIsolationAllowed(): boolean {
  const tried = spawnSync("unshare", [...isolated, "mount", "--bind", "/tmp", "/mnt"], { stdio: "ignore" });
  return tried.status === 0;
}
