import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";

/**
 * The program as it is shipped, one file: it starts in a fraction of the time that its sources take. Not in
 * `dist`, all of which is packed.
 */
export const programPath = new URL("../../node_modules/.cache/meter-sync-under-test.js", import.meta.url)
  .pathname;

/** Builds it once before all tests, aside and then into place: several may be running. */
export function setup(): void {
  const aside = programPath.replace(/\.js$/, `-${process.pid}.js`);
  const root = new URL("../..", import.meta.url).pathname;
  const build = ["run", "--silent", "build:program", "--", `--outfile=${aside}`];
  execFileSync("npm", build, { cwd: root, stdio: "pipe" });
  renameSync(aside, programPath);
  // Hundreds of processes load the same files: what V8 made of them is kept.
  process.env.NODE_COMPILE_CACHE = new URL("../../node_modules/.cache/compiled", import.meta.url).pathname;
}
