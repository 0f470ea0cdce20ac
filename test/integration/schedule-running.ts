import type { TestContext } from "vitest";
import type { Started } from "./run-program.ts";

export type Running = Started & {
  /** Resolves with the first match in what it has written, on either stream. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>;
};

/** A schedule that is told to end, if need be, when the test is over. */
export function follow(started: Started, { onTestFinished }: Pick<TestContext, "onTestFinished">): Running {
  let text = "";
  let changed = Promise.withResolvers<void>();
  for (const stream of [started.child.stdout, started.child.stderr]) {
    stream?.on("data", (chunk) => {
      text += chunk;
      changed.resolve();
      changed = Promise.withResolvers();
    });
  }
  const ended = started.ended.then(({ stderr }) => {
    throw new Error(`the schedule has ended: ${stderr}`);
  });
  ended.catch(() => undefined);
  onTestFinished(async () => {
    started.child.kill("SIGTERM");
    await started.ended;
  });
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(text);
      if (match !== null) return match;
      await Promise.race([changed.promise, ended]);
    }
  };
  return { ...started, until };
}

export async function urlOf({ until }: Running): Promise<string> {
  const [, url = ""] = await until(/"url":"(http:[^"]+)"/);
  return url;
}
