import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const top = join(import.meta.dirname, "..", "..");
const notOurs = new Set([".git", "node_modules", "dist", "data", "coverage"]);

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (notOurs.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && !/\.(sqlite|sqlite-wal|sqlite-shm)$/.test(entry.name)) yield path;
  }
}

/**
 * The files of the project that say what they must not, with where. Words are put together so as not to be
 * found.
 */
function findMentions(pattern: RegExp, exempt: readonly string[] = []): string[] {
  const found: string[] = [];
  for (const path of walk(top)) {
    const name = relative(top, path);
    if (exempt.includes(name)) continue;
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
      if (pattern.test(line)) found.push(`${name}:${index + 1}`);
    }
  }
  return found;
}

describe("the project", () => {
  it("keeps no download address in its lock file: it installs from whatever registry is set up", () => {
    const lock = JSON.parse(readFileSync(join(top, "package-lock.json"), "utf8")) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const packages = Object.entries(lock.packages).filter(([path]) => path.startsWith("node_modules/"));
    expect(packages.length).toBeGreaterThan(50);
    expect(packages.filter(([, { resolved }]) => /^https?:|^git/.test(resolved ?? ""))).toEqual([]);
    expect(packages.filter(([, { integrity, link }]) => integrity === undefined && link !== true)).toEqual(
      [],
    );
  });

  it("names no registry's host", () => {
    const hosts = ["registry.npm" + "js.org", "registry.yarn" + "pkg.com", "npm.pkg." + "github.com"];
    expect(findMentions(new RegExp(hosts.join("|").replaceAll(".", "\\.")))).toEqual([]);
  });

  it("knows nothing of the place it was checked out to", () => {
    expect(findMentions(/\/work\x2f/)).toEqual([]);
    expect(findMentions(/\.\.\x2fshared/, [".ci/run"])).toEqual([]);
  });
});
