import { expect } from "vitest";
import type { Database } from "../../src/database/index.ts";

/** A row of a view, as plain SQL gives it. */
export type Row = Readonly<Record<string, string | number | null>>;

export function readAll(database: Database, from: string): Row[] {
  return database.prepare(`SELECT * FROM ${from}`).all() as Row[];
}

/** How often each occurs. */
export function tally(keys: readonly (readonly unknown[])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(JSON.stringify(key), (counts.get(JSON.stringify(key)) ?? 0) + 1);
  return counts;
}

/** Rows of facts as a tally, none of them twice. */
export function toTally(rows: readonly (readonly [readonly unknown[], number])[]): Map<string, number> {
  const counts = new Map(rows.map(([key, count]) => [JSON.stringify(key), count]));
  expect(counts.size).toBe(rows.length);
  return counts;
}

/** Each stands where its key says, compared part by part; null is the last. */
export function expectOrder(keys: readonly (readonly (string | number | null)[])[]): void {
  const compare = (a: (typeof keys)[number], b: (typeof keys)[number]): number => {
    const place = a.findIndex((part, index) => part !== b[index]);
    const [left, right] = [a[place] ?? null, b[place] ?? null];
    if (left === right) return 0;
    return left === null ? 1 : right === null ? -1 : left < right ? -1 : 1;
  };
  expect(keys).toEqual([...keys].sort(compare));
}
