/** Seconds each long test may take. */
export const secondsMax = Number(process.env.LONG_TEST_SECONDS ?? 120);

/** Whether the time was given: then it bounds what otherwise ends with the work. */
export const isBounded = process.env.LONG_TEST_SECONDS !== undefined;

const given = process.env.LONG_TEST_SEED;

/** LONG_TEST_SEED repeats a history that failed, and no other. */
export const isSeedGiven = given !== undefined;

export const firstSeed = given === undefined ? Date.now() % 1_000_000 : Number(given);

/** Walks seed after seed until the time is over; says which it walks, so that a failure can be repeated. */
export async function walkSeeds(
  name: string,
  walk: (seed: number) => Promise<unknown>,
  start = firstSeed,
): Promise<number> {
  const endMs = Date.now() + secondsMax * 1000;
  let seed = isSeedGiven ? firstSeed : start;
  let count = 0;
  do {
    process.stdout.write(`${name}: seed ${seed}\n`);
    try {
      await walk(seed);
    } catch (error) {
      // Beside the printed line, where many tests print at once.
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
    count += 1;
    seed += 1;
  } while (!isSeedGiven && Date.now() < endMs);
  return count;
}
