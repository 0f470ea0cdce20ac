import { expect, it } from "vitest";
import { watchDays, whyNoCommand, whyNoMount } from "../support/watched-days.ts";
import { isBounded, secondsMax } from "./budget.ts";

const without = [whyNoMount, whyNoCommand].filter((why) => why !== "").map((why) => ` (${why})`);

it(
  `readers of the file and of its export see whole publications only, 50 and more${without.join("")}`,
  async () => {
    const endMs = Date.now() + secondsMax * 1000;
    const { readers, publications } = await watchDays(
      80,
      (count) => count >= 50 && (isBounded || Date.now() >= endMs),
    );
    process.stdout.write(`${publications} publications: ${JSON.stringify(readers)}\n`);
    for (const [name, { looks, publications: seen }] of Object.entries(readers)) {
      expect(looks, name).toBeGreaterThan(20);
      expect(name.endsWith("kept-read-only") ? seen === 1 : seen > 10, `${name} saw ${seen}`).toBe(true);
    }
  },
  secondsMax * 1000 + 120_000,
);
