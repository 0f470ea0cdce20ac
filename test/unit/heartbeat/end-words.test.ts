import { describe, expect, it } from "vitest";
import { toEndWords } from "../../../src/cli/end-words.ts";

const failed = { status: "failed", change_count: null, meters_returned: null };
const published = { status: "published", change_count: 1, meters_returned: 20 };

describe("the words of the last ping", () => {
  it.each([
    ["sync: published, 1 change, 20 meters, exit code 0", "sync", 0, false, published],
    ["sync: failed, exit code 3", "sync", 3, false, failed],
    ["sync: failed, told to stop, exit code 3", "sync", 3, true, failed],
    ["sync: exit code 2", "sync", 2, false, null],
    ["deliver: exit code 7", "deliver", 7, false, null],
  ] as const)("are: %s", (words, job, exitCode, isStopping, run) => {
    expect(toEndWords(job, exitCode, isStopping, run)).toBe(words);
  });
});
