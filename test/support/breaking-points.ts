import type { Database } from "../../src/database/index.ts";
import type { LeapClient } from "../../src/leap/index.ts";

/**
 * What a run does to the world, counted; it breaks at one step, and stays broken where the process is to be
 * dead.
 */
export type BreakingPoints = {
  /** Counts something else that a run does, and breaks where it is the step to break at. */
  readonly step: () => void;
  readonly wrapLeap: (leap: LeapClient) => LeapClient;
  readonly wrapDatabase: (database: Database) => Database;
  readonly stepCount: () => number;
};

export class BrokenOffError extends Error {}

export function openBreakingPoints(
  breakAt: number,
  { isDead, onStep = () => {} }: { isDead: boolean; onStep?: () => void },
): BreakingPoints {
  let steps = 0;
  function step(): void {
    steps += 1;
    onStep();
    if (steps === breakAt || (isDead && steps > breakAt))
      throw new BrokenOffError(`broken off at step ${steps}`);
  }
  return {
    step,
    stepCount: () => steps,
    wrapLeap: (leap) => ({
      ...leap,
      readPage: async (...question) => {
        step();
        const page = await leap.readPage(...question);
        step();
        return page;
      },
      readMeters: async (...question) => {
        step();
        const found = await leap.readMeters(...question);
        step();
        return found;
      },
    }),
    wrapDatabase: (database) => ({
      ...database,
      prepare: (sql) => {
        const statement = database.prepare(sql);
        if (statement.readonly) return statement;
        return new Proxy(statement, {
          get(target, name) {
            const value = Reflect.get(target, name, target);
            if (typeof value !== "function") return value;
            return (...parameters: unknown[]) => {
              step();
              return value.apply(target, parameters);
            };
          },
        });
      },
    }),
  };
}
