import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { saveExport } from "../../src/snapshot/index.ts";
import { readValue, readViews } from "../integration/export-world.ts";
import { fillSmallDatabase } from "../integration/small-database.ts";
import { openChance } from "../support/chance.ts";
import { firstSeed, secondsMax } from "./budget.ts";

const childPath = new URL("../integration/export-child.ts", import.meta.url).pathname;

it(
  "an export that is killed at any moment leaves a whole one, and leftovers that the next one removes",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "export-kill-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [database, target] = [join(folder, "a.sqlite"), join(folder, "out.sqlite")];
    fillSmallDatabase(database);
    saveExport(database, target, { isPersonal: false, keepCount: 3, exportedAtMs: 0 });
    const views = readViews(target);
    const chance = openChance(firstSeed);
    const endMs = Date.now() + secondsMax * 1000;
    const found = new Map<string, number>();
    let kills = 0;
    do {
      const child = spawn(process.execPath, [childPath, database, target, "3", "1000000"]);
      const closed = once(child, "close");
      await once(child.stdout, "data");
      await wait(chance.next() * 60);
      child.kill("SIGKILL");
      await closed;
      kills += 1;
      for (const name of readdirSync(folder).filter((each) => each.startsWith("out.sqlite"))) {
        found.set(name, (found.get(name) ?? 0) + 1);
        if (!/^out\.sqlite(\.\d)?$/.test(name)) continue;
        expect(readValue(join(folder, name), "PRAGMA integrity_check"), `${name}, kill ${kills}`).toBe("ok");
      }
      expect(readViews(target), `kill ${kills}`).toEqual(views);
    } while (Date.now() < endMs);
    process.stdout.write(`seed ${firstSeed}, ${kills} kills: ${JSON.stringify(Object.fromEntries(found))}\n`);
    saveExport(database, target, { isPersonal: false, keepCount: 3, exportedAtMs: 0 });
    expect(existsSync(`${target}.meter-sync-new`) || existsSync(`${target}.meter-sync-old`)).toBe(false);
    expect(found.get("out.sqlite")).toBe(kills);
  },
  secondsMax * 1000 + 60_000,
);
