import { type ChildProcess, spawn } from "node:child_process";

/** How to start the program once more: as this process was started, with the same surroundings. */
export type Program = {
  readonly self: readonly [executable: string, ...arguments: string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};

type Exit = {
  readonly exitCode: number | null;
  /** The signal that ended it, where one did. */
  readonly signal: string | null;
  /** Why it could not be started at all. */
  readonly error: Error | null;
};

/** `isTold`: we had told it to end. */
export type ChildEnd = Exit & { readonly isTold: boolean };

export type Children = {
  /** Starts the program; resolves once it has ended, and never rejects. */
  readonly run: (arguments_: readonly string[]) => Promise<ChildEnd>;
  /** Tells all to end, waits for them, and kills those that take longer. */
  readonly close: (endWithinMs: number) => Promise<void>;
};

/** Child processes whose output goes where ours goes. */
export function openChildren({ self, environment, cwd }: Program): Children {
  const running = new Map<ChildProcess, Promise<Exit>>();
  const told = new WeakSet<ChildProcess>();
  const [executable, ...own] = self;
  return {
    run: async (arguments_) => {
      try {
        const stdio = ["ignore", "inherit", "inherit"] as const;
        const child = spawn(executable, [...own, ...arguments_], {
          cwd,
          env: environment,
          stdio: [...stdio],
        });
        const ended = untilEnded(child).finally(() => running.delete(child));
        running.set(child, ended);
        return { ...(await ended), isTold: told.has(child) };
      } catch (error) {
        return { exitCode: null, signal: null, error: error as Error, isTold: false };
      }
    },
    close: async (endWithinMs) => {
      for (const child of running.keys()) {
        told.add(child);
        child.kill("SIGTERM");
      }
      const timer = setTimeout(() => {
        for (const child of running.keys()) child.kill("SIGKILL");
      }, endWithinMs);
      await Promise.all(running.values());
      clearTimeout(timer);
    },
  };
}

function untilEnded(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => resolve({ exitCode, signal, error: null }));
    child.once("error", (error) => {
      // A child that runs may fail to be sent a signal: that is no end of it.
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
  });
}
