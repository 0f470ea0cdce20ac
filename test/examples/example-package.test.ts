import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseImports } from "../house/source.ts";

const top = join(import.meta.dirname, "..", "..");
const folder = join(top, "examples", "ems-consumer");

function readPackage(path: string) {
  return JSON.parse(readFileSync(path, "utf8")) as {
    readonly dependencies: Record<string, string>;
    readonly devDependencies?: Record<string, string>;
  };
}

const own = readPackage(join(folder, "package.json")).dependencies;
const sources = readdirSync(folder).filter((name) => name.endsWith(".ts"));

describe("the example consumer", () => {
  it("can be copied out: it uses its own files, its own dependencies and Node alone", () => {
    const targets = sources.flatMap((name) =>
      parseImports(readFileSync(join(folder, name), "utf8")).map(({ target }) => target),
    );
    const known = (target: string) =>
      target.startsWith("node:") || target in own || sources.includes(target.replace(/^\.\//, ""));
    expect(targets.filter((target) => !known(target))).toEqual([]);
    expect(Object.keys(own).filter((name) => !targets.includes(name))).toEqual([]);
  });

  it("is tested with the very versions that it asks for", () => {
    const { dependencies, devDependencies } = readPackage(join(top, "package.json"));
    expect({ ...dependencies, ...devDependencies }).toMatchObject(own);
  });

  it("says in its README what each file is for, and every setting", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const text = sources.map((name) => readFileSync(join(folder, name), "utf8")).join("\n");
    const settings = [...text.matchAll(/\bEMS_\w+/g)].map(([name]) => name);
    const missing = [...sources, ...settings].filter((name) => !readme.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });
});
