import { spawn } from "node:child_process";
import { programPath } from "./build-program.ts";
import type { ScriptedLeap } from "./scripted-leap.ts";

/**
 * Runs one sweep in a process of its own and kills that, the Node process itself, at a request. Returns its
 * signal, or its exit code where it came to its end before. Throws what it said where it met a bug.
 */
export async function runKilledChild(
  leap: ScriptedLeap,
  environment: Readonly<Record<string, string>>,
  nowMs: number,
  killAtRequest: number,
): Promise<number | NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    [programPath, "sync", "--now", new Date(nowMs).toISOString(), "--format", "json", "--quiet"],
    { stdio: ["ignore", "ignore", "pipe"], env: { PATH: process.env.PATH, ...environment } },
  );
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  let requests = 0;
  leap.rewrite = () => {
    requests += 1;
    if (requests === killAtRequest) child.kill("SIGKILL");
    return undefined;
  };
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) =>
        code === 1 || code === 2 ? reject(new Error(said)) : resolve(code ?? signal),
      );
    });
  } finally {
    leap.rewrite = null;
  }
}
