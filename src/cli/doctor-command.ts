import type { Command } from "commander";
import type { Finding } from "./finding.ts";
import { printListing } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";

export function addDoctorCommand(program: Command, act: Act): void {
  program
    .command("doctor")
    .description("Is everything set up? Checks it, a line each; changes nothing")
    .addHelpText("after", examples)
    .action(act(examine));
}

const examples = `
What it calls warn keeps no run from working; fail does, and the exit code says of which kind. It sends no
event and no ping, and asks Leap for one meter.

Examples:
  meter-sync doctor
  meter-sync doctor --format json`;

async function examine(invocation: Invocation): Promise<number> {
  const { examineAll } = await import("./doctor-checks.ts");
  const findings: readonly Finding[] = await examineAll(invocation);
  await printListing(invocation.output, invocation.format, {
    columns: ["outcome", "check", "message"],
    rows: findings.map(({ outcome, check, message }) => ({ outcome, check, message })),
    tableRowCountMax: findings.length,
    empty: "nothing to check",
  });
  const failed = findings.filter(({ outcome }) => outcome === "fail").map(({ exitCode }) => exitCode);
  // What is set up wrongly first: the rest may only follow from it.
  return failed.length === 0 ? 0 : Math.min(...failed);
}
