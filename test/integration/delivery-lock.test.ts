import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireDeliveryLock, waitForDeliveryLock } from "../../src/cli/delivering.ts";
import type { Config } from "../../src/config/index.ts";

let folder: string;
let config: Config;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "delivery-lock-"));
  config = { databasePath: join(folder, "m.sqlite") } as Config;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("waiting for another delivery", () => {
  it("ends with the lock once that one is over", async () => {
    const other = acquireDeliveryLock(config);
    const waiting = waitForDeliveryLock(config, new AbortController().signal);
    other.release();
    const lock = await waiting;
    expect(() => acquireDeliveryLock(config)).toThrow("another delivery is under way");
    lock.release();
  });

  it("ends without it where we are told to stop", async () => {
    const other = acquireDeliveryLock(config);
    const controller = new AbortController();
    const waiting = waitForDeliveryLock(config, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: "locked" });
    other.release();
  });
});
