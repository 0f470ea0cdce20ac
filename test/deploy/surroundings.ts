import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Surroundings } from "./judge-overlay.ts";

const top = join(import.meta.dirname, "..", "..");

/** What the manifests must agree with, from the README and from docs/kubernetes.md. */
export function readSurroundings(): Surroundings {
  return { again: readAgain("README.md"), secrets: readSecrets() };
}

/** The table of exit codes in a text: is a run worth repeating? Where its column says "yes". */
export function readAgain(path: string): ReadonlyMap<number, boolean> {
  const text = readFileSync(join(top, path), "utf8");
  const [, head = "", table = ""] = /^(\| exit code .*)\n\|[-|]+\n((?:\|.*\n)+)/m.exec(text) ?? [];
  const column = toCells(head).indexOf("run again?");
  const rows = table.trim().split("\n").map(toCells);
  return new Map(rows.map((cells) => [Number(cells[0]), (cells[column] ?? "").startsWith("yes")]));
}

function toCells(row: string): string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The secrets that the reader is told to make, with their keys. */
function readSecrets(): ReadonlyMap<string, readonly string[]> {
  const guide = readFileSync(join(top, "docs", "kubernetes.md"), "utf8").replaceAll("\\\n", " ");
  const secrets = new Map<string, string[]>();
  for (const [, name = "", rest = ""] of guide.matchAll(/create secret generic (\S+)(.*)/g)) {
    const keys = [...rest.matchAll(/--from-file=([^=\s]+)=/g)].map((match) => match[1] ?? "");
    secrets.set(name, [...(secrets.get(name) ?? []), ...keys]);
  }
  return secrets;
}
