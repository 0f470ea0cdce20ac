import { closeSync, openSync, writeSync } from "node:fs";
import { expect, it } from "vitest";
import { openSnapshot } from "../../src/library/index.ts";
import { openLibraryWorld } from "./library-world.ts";

it("does not take what is no text for a path, nor for everybody's partner reference", async () => {
  const anything = undefined as unknown as string;
  await expect(openSnapshot(anything)).rejects.toMatchObject({ reason: "argument" });
  const url = new URL("file:///a.sqlite") as unknown as string;
  await expect(openSnapshot(url)).rejects.toMatchObject({ reason: "argument" });
  const snapshot = await openLibraryWorld().open();
  const ask = () => snapshot.metersByPartnerReference(anything);
  expect(ask).toThrow(expect.objectContaining({ reason: "argument" }));
});

it("says what to do where the file turns out to be damaged among the meters", async () => {
  const { path, writer, open } = openLibraryWorld();
  const root = writer.prepare("SELECT rootpage AS page FROM sqlite_master WHERE name = 'revision'").get();
  writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  const size = Number(writer.connection.pragma("page_size", { simple: true }));
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(size, 0xee), 0, size, (Number(root?.page) - 1) * size);
  closeSync(file);
  const meters = (await open()).meters();
  const damage = {
    name: "SnapshotError",
    reason: "unavailable",
    message: expect.stringContaining("damaged"),
  };
  expect(() => meters.next()).toThrow(expect.objectContaining(damage));
});
