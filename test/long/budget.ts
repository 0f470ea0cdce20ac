/** Seconds each long test may take; LONG_TEST_SEED repeats a history that failed. */
export const secondsMax = Number(process.env.LONG_TEST_SECONDS ?? 120);

const given = process.env.LONG_TEST_SEED;

/** Walks seed after seed until the time is over; says which it walks, so that a failure can be repeated. */
export async function walkSeeds(name: string, walk: (seed: number) => Promise<unknown>): Promise<number> {
  const endMs = Date.now() + secondsMax * 1000;
  let seed = given === undefined ? Date.now() % 1_000_000 : Number(given);
  let count = 0;
  do {
    process.stdout.write(`${name}: seed ${seed}\n`);
    await walk(seed);
    count += 1;
    seed += 1;
  } while (given === undefined && Date.now() < endMs);
  return count;
}
