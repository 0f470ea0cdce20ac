/**
 * Loaded before the program, with `node --import`: from then on this process lives at another time.
 * MOVED_CLOCK names a file that holds by how many milliseconds the clock is moved; what is written into it
 * counts at once, as where somebody sets the clock. Timers do not notice, as real ones do not.
 */
import { readFileSync } from "node:fs";

const path = process.env.MOVED_CLOCK;
if (path !== undefined) moveClock(path);

function moveClock(path: string): void {
  const realDate = Date;
  const now = (): number => realDate.now() + Number(readFileSync(path, "utf8"));
  globalThis.Date = new Proxy(realDate, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget) as Date,
    apply: () => new realDate(now()).toString(),
    get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
  });
}
