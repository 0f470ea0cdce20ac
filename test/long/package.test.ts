import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fillSmallDatabase, meter } from "../integration/small-database.ts";

const top = new URL("../..", import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), "package-"));
const copy = join(home, "checkout");
const consumer = join(home, "consumer");
/** Where the package lies for a program that has installed it. */
const installed = join(consumer, "node_modules", "meter-sync");
let tarball = "";

/** What `npm pack` makes of a checkout that was built, unpacked beside the one package it needs. */
beforeAll(() => {
  for (const name of ["package.json", "README.md", "crontab.example", "deploy", "docs", "drizzle"]) {
    cpSync(join(top, name), join(copy, name), { recursive: true });
  }
  for (const name of ["schemas", "src"]) cpSync(join(top, name), join(copy, name), { recursive: true });
  symlinkSync(join(top, "node_modules"), join(copy, "node_modules"));
  execFileSync("npm", ["run", "-s", "build"], { cwd: copy, stdio: "pipe" });
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", home], {
    cwd: copy,
    stdio: "pipe",
  });
  const { version } = JSON.parse(readFileSync(join(copy, "package.json"), "utf8")) as { version: string };
  tarball = join(home, `meter-sync-${version}.tgz`);
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "--strip-components=1", "-C", installed]);
  const linked = join(consumer, "node_modules");
  symlinkSync(join(top, "node_modules", "better-sqlite3"), join(linked, "better-sqlite3"));
  mkdirSync(join(linked, "@types"));
  symlinkSync(join(top, "node_modules", "@types", "node"), join(linked, "@types", "node"));
  symlinkSync(join(top, "node_modules", "undici-types"), join(linked, "undici-types"));
  writeFileSync(join(consumer, "package.json"), '{ "type": "module", "private": true }');
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

it("is as publint wants a package", async () => {
  const { messages } = await publint({ pkgDir: installed, strict: true });
  expect(messages).toEqual([]);
});

it("has types that are found and true to what is loaded, but for programs in CommonJS", async () => {
  const analysis = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  const { problems = [], entrypoints = {} } = analysis as Exclude<typeof analysis, { types: false }>;
  expect(Object.keys(entrypoints)).toContain("./reader");
  const found = problems.map((problem) => {
    const { kind, entrypoint = "", resolutionKind = "" } = problem as unknown as Record<string, string>;
    return `${kind} ${entrypoint} ${resolutionKind}`;
  });
  // Accepted: the package is ESM only, and CommonJS loads it by `await import()`; what does not know
  // `exports` at all, the resolution called node10, is older than every Node that it runs on.
  expect(found.sort()).toEqual(["CJSResolvesToESM ./reader node16-cjs", "NoResolution ./reader node10"]);
});

it("carries a library of its own, without what only the program needs", () => {
  const text = readFileSync(join(installed, "dist", "reader.js"), "utf8");
  process.stdout.write(`dist/reader.js: ${(text.length / 1024).toFixed(1)} KB\n`);
  expect(text.length).toBeLessThan(100 * 1024);
  const modules = [...text.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map((match) => match[1]);
  expect([...new Set(modules)]).toEqual(["drizzle-orm"]);
  const imports = [...text.matchAll(/\bfrom ["']([^"']+)["']/g)].map((match) => match[1]);
  expect(imports.filter((name) => !name?.startsWith("node:"))).toEqual([]);
});

it("runs in a program that has installed it, as the package's other face does", () => {
  const path = join(home, "small.sqlite");
  fillSmallDatabase(path);
  writeFileSync(
    join(consumer, "main.js"),
    `import { openSnapshot, SnapshotError } from "meter-sync/reader";
     using snapshot = await openSnapshot(process.argv[2]);
     const ids = Array.from(snapshot.meters({ isMissing: true }), (row) => row.meter_id);
     const error = await openSnapshot("/nowhere").catch((thrown) => thrown);
     console.log(JSON.stringify([ids, error instanceof SnapshotError, error.reason]));`,
  );
  const run = (...words: string[]) =>
    execFileSync(process.execPath, words, { cwd: consumer, encoding: "utf8" });
  expect(JSON.parse(run("main.js", path))).toEqual([[meter.missing], true, "missing"]);
  const shown = run(join(installed, "dist", "meter-sync.js"), "meters", "--missing", "--database", path);
  expect(shown).toContain(meter.missing);
});

it("compiles in a strict program that checks every declaration, and refuses what is not there", () => {
  const program = `
    import { type Change, openSnapshot, SnapshotError, type SnapshotErrorReason } from "meter-sync/reader";
    using snapshot = await openSnapshot("a.sqlite");
    const age: number | undefined = snapshot.freshness(0)?.age_ms;
    const status: string | null | undefined = snapshot.meter("a")?.enrollment_status;
    for (const { meter_id } of snapshot.meters({ isActive: true })) meter_id.toUpperCase();
    const signal = new AbortController().signal;
    const tell = (change: Change): unknown => change.event.data["meter_id"];
    for await (const change of snapshot.changesAfter(0, { follow: { signal } })) tell(change);
    const toReason = (error: unknown): SnapshotErrorReason | null =>
      error instanceof SnapshotError ? error.reason : null;
    toReason(age ?? status);
    // @ts-expect-error: a row has the columns of its view
    snapshot.meter("a")?.enrollmentStatus;
    // @ts-expect-error: what is read cannot be written
    snapshot.info().account = "another";
  `;
  writeFileSync(join(consumer, "main.ts"), program);
  const options = { module: "nodenext", strict: true, noEmit: true, types: ["node"], skipLibCheck: false };
  const compilerOptions = { ...options, target: "es2022", lib: ["es2022"] };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
  const tsc = join(top, "node_modules", ".bin", "tsc");
  expect(execFileSync(tsc, ["-p", consumer], { encoding: "utf8" })).toBe("");
});
