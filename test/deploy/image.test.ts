import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";

const top = join(import.meta.dirname, "..", "..");
const firstProcess = join(import.meta.dirname, "first-process.ts");
const apart = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
const hasNamespaces = spawnSync("unshare", [...apart, "true"], { stdio: "ignore" }).status === 0;
const without = hasNamespaces ? "" : " (skipped: no process can be the first of its own here)";

type Outcome = { readonly pid: number; readonly outcomes: Record<string, unknown>; readonly asked: string[] };

/** The words are the command line of the first process, behind its program. */
function runFirstProcess(words: readonly string[]): Outcome {
  const command = [...apart, process.execPath, firstProcess, ...words];
  return JSON.parse(execFileSync("unshare", command, { encoding: "utf8" })) as Outcome;
}

describe("the health check of a container", () => {
  it.skipIf(!hasNamespaces)(`asks schedule where it listens, and nobody else${without}`, () => {
    const { pid, outcomes, asked } = runFirstProcess(["schedule", "--quiet"]);
    expect(pid).toBe(1);
    expect(outcomes).toEqual({
      well: 0,
      onAllAddresses: 0,
      onAllOfIpv6: 0,
      fromFile: 0,
      environmentFirst: "1: schedule is not well: connect ECONNREFUSED 127.0.0.1:1",
      besideProxy: 0,
      unwell: "1: schedule is not well: answered 503",
    });
    expect(asked).toEqual(Array(6).fill("GET /healthz"));
  });

  it.skipIf(!hasNamespaces)(`finds any other command well, and asks nothing${without}`, () => {
    const { outcomes, asked } = runFirstProcess(["sync", "--database", "/data/schedule.sqlite"]);
    expect(new Set(Object.values(outcomes))).toEqual(new Set([0]));
    expect(asked).toEqual([]);
  });
});

describe("docs/container.md", () => {
  it("runs the image by its version, with commands that the program has", () => {
    const guide = readFileSync(join(top, "docs", "container.md"), "utf8").replaceAll("\\\n", " ");
    const { version } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as { version: string };
    const runs = [...guide.matchAll(/^docker (?:run|build) .*meter-sync:(\S+) (.*)$/gm)];
    expect(runs.map((run) => run[1])).toEqual(Array(4).fill(version));
    const commands = runs.map((run) => run[2] ?? "").filter((words) => /^[a-z]/.test(words));
    expect(commands).toEqual(["sync", "schedule"]);
    const inside = [...guide.matchAll(/node \/app\/dist\/meter-sync\.js (.*)$/gm)].map((one) => one[1] ?? "");
    for (const words of [...commands, ...inside]) {
      const act = () => async () => undefined;
      buildProgram(act, { write: async () => undefined }).parse(words.split(" "), { from: "user" });
    }
  });
});

describe("the image's bill of materials", () => {
  const command = /^RUN (npm sbom [^>]*)>sbom\.cdx\.json$/m.exec(
    readFileSync(join(top, "Dockerfile"), "utf8").replaceAll("\\\n", " "),
  )?.[1];

  it("names what the bundle is made of, asks no network, and tells of no registry", () => {
    const words = command?.trim().split(/\s+/).slice(1) ?? [];
    const env = {
      ...process.env,
      npm_config_registry: "http://127.0.0.1:1/",
      npm_config_cache: openFolder(),
    };
    const bill = JSON.parse(execFileSync("npm", words, { cwd: top, env, encoding: "utf8", stdio: "pipe" }));
    const { dependencies, devDependencies, version } = readPackage();
    const named = bill.components.map(
      (one: { name: string; version: string }) => `${one.name}@${one.version}`,
    );
    expect(bill.metadata.component).toMatchObject({ type: "application", version });
    expect(named).toEqual(expect.arrayContaining(Object.entries(dependencies).map((pair) => pair.join("@"))));
    const onlyForTests = Object.keys(devDependencies).map((name) => expect.stringMatching(`^${name}@`));
    expect(named).not.toEqual(expect.arrayContaining([onlyForTests[0]]));
    for (const name of onlyForTests) expect(named).not.toContainEqual(name);
    expect(JSON.stringify(bill)).not.toMatch(/"distribution"|\/-\/[^"]*\.tgz/);
  });

  function readPackage() {
    return JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as {
      readonly version: string;
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
  }

  function openFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "bill-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    return folder;
  }
});

describe(".ci/image", () => {
  it("says in words what it skips, where it cannot build", () => {
    const env = { ...process.env, PATH: openToolbox() };
    const { status, stdout, stderr } = spawnSync("/bin/bash", [join(top, ".ci", "image")], {
      env,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^skipped: the image is not built here, because [^\n]+\n$/);
    expect(status).toBe(0);
  });

  /** A machine on which nobody can build: it has the usual tools, and no others. */
  function openToolbox(): string {
    const folder = mkdtempSync(join(tmpdir(), "toolbox-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const tool of ["dirname", "uname", "id"]) {
      const path = execFileSync("/bin/sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();
      execFileSync("/bin/ln", ["-s", path, join(folder, tool)]);
    }
    return folder;
  }
});
