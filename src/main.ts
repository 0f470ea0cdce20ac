#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

// The street. Nothing of ours is loaded before the check: the native part of the database crashes an older
// Node silently.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 14)) {
  process.stderr.write(
    `meter-sync: needs Node 22.14 or newer, this is ${process.versions.node}: install a newer one\n`,
  );
  process.exitCode = 2;
} else {
  // A young generation that grows with every page of a large portfolio is most of the memory a run would
  // take.
  setFlagsFromString("--semi-space-growth-factor=1");
  const { runCli } = await import("./cli/index.ts");
  process.exitCode = await runCli(process);
}
