import { type ChildProcess, spawn } from "node:child_process";

/** How to start the program once more: as this process was started, with the same surroundings. */
export type Program = {
  readonly self: readonly [executable: string, ...arguments: string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
};

/** How long a child may take, and how long to end once it is told to. */
export type Patience = { readonly deadlineMs: number; readonly endWithinMs: number };

type Exit = {
  readonly exitCode: number | null;
  /** The signal that ended it, where one did. */
  readonly signal: string | null;
  /** Why it could not be started at all. */
  readonly error: Error | null;
};

export type ChildEnd = Exit & {
  /** We had told it to end. */
  readonly isTold: boolean;
  /** It had taken too long. */
  readonly isOverdue: boolean;
};

export type Children = {
  /** Starts the program; resolves once it has ended, and never rejects. */
  readonly run: (arguments_: readonly string[]) => Promise<ChildEnd>;
  /** Tells all to end, waits for them, and kills those that take longer. */
  readonly close: (endWithinMs: number) => Promise<void>;
};

/** What a timer can wait for. */
const timerMsMax = 2 ** 31 - 1;

/** Child processes whose output goes where ours goes. One that takes too long is told to end, then killed. */
export function openChildren({ self, environment, cwd }: Program, patience: Patience): Children {
  const running = new Map<ChildProcess, Promise<Exit>>();
  const told = new WeakSet<ChildProcess>();
  const overdue = new WeakSet<ChildProcess>();
  const [executable, ...own] = self;
  return {
    run: async (arguments_) => {
      try {
        const child = spawn(executable, [...own, ...arguments_], {
          cwd,
          env: environment,
          stdio: ["ignore", "inherit", "inherit"],
        });
        const cancel = endInTime(child, patience, () => overdue.add(child));
        const ended = untilEnded(child).finally(() => {
          cancel();
          running.delete(child);
        });
        running.set(child, ended);
        return { ...(await ended), isTold: told.has(child), isOverdue: overdue.has(child) };
      } catch (error) {
        return { exitCode: null, signal: null, error: error as Error, isTold: false, isOverdue: false };
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

/**
 * Timers do not go by the clock: whatever becomes of that, a child has its time. Returns how to let it be.
 */
function endInTime(child: ChildProcess, patience: Patience, onOverdue: () => void): () => void {
  const arm = (act: () => void, ms: number) => setTimeout(act, Math.min(ms, timerMsMax));
  let timer = arm(() => {
    onOverdue();
    child.kill("SIGTERM");
    timer = arm(() => child.kill("SIGKILL"), patience.endWithinMs);
  }, patience.deadlineMs);
  return () => clearTimeout(timer);
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
