/**
 * better-sqlite3, loaded by name at run time and only when this module is reached: the bundle stays one file,
 * and a Node that is too old for the native part is told so before it can crash on it.
 */
import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";

const driver = createRequire(import.meta.url)("better-sqlite3") as typeof BetterSqlite3;

// biome-ignore lint/style/noDefaultExport: it stands in for a package whose only export is its default
export default driver;
