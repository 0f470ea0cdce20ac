import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openDatabase } from "../../src/database/index.ts";
import { runInProcess, type Shown } from "./cli-in-process.ts";
import { openVolueServer, type VolueServer } from "./volue-server.ts";

export const hours = ["2026-01-10T17:00:00+01:00", "2026-01-10T18:00:00+01:00"];
export const after = "2026-01-10T20:00:00Z";
export const during = "2026-01-10T12:00:00Z";

/** A limit on two resources, for two hours. */
export const limitOfTwo = {
  payloadType: "ResourceLPC",
  targets: ["1", "2"].map((number) => ({
    resourceId: `charger-${number}`,
    locationId: `loc-${number}`,
    meterPointId: `70705750000000000${number}`,
    resolution: "01:00:00",
    points: hours.map((timestamp) => ({ timestamp, maxPowerInKiloWatts: 4 })),
  })),
};

export function usageOf(eventId: string, kiloWattHours = 1.5, more: Readonly<Record<string, unknown>> = {}) {
  const payloads = limitOfTwo.targets.map(({ resourceId }) => ({
    payloadType: "EnergyUsage",
    resourceId,
    resolution: "01:00:00",
    points: hours.map((timestamp) => ({ timestamp, kiloWattHours })),
    ...more,
  }));
  return { eventId, payloads };
}

export function acknowledgementOf(eventId: string) {
  const acknowledgedTargets = limitOfTwo.targets.map(({ points: _, resolution: __, ...ids }) => ids);
  return { eventId, payloads: [{ payloadType: "ResourceLPCAcknowledged", acknowledgedTargets }] };
}

export type Row = {
  readonly event_id: string;
  readonly kind: string;
  readonly state: string;
  readonly sent: boolean;
  readonly volue_id: string | null;
  readonly report_id: string;
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  readonly notes: readonly { readonly path: string; readonly message: string }[];
};

export type VolueCli = {
  readonly volue: VolueServer;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly write: (name: string, content: unknown) => string;
  /** `volue …` in this process. */
  readonly run: (words: readonly string[], more?: Readonly<Record<string, string>>) => Promise<Shown>;
  /** `volue report` of these, at an instant. */
  readonly report: (
    reports: readonly unknown[],
    now?: string,
    ...words: readonly string[]
  ) => Promise<{ readonly exitCode: number; readonly rows: readonly Row[] }>;
  readonly list: () => Promise<readonly Record<string, unknown>[]>;
};

/** A server in Volue's place, a folder with an empty database or nothing, and the program in this process. */
export async function openVolueCli(isFolderEmpty = false): Promise<VolueCli> {
  const volue = await openVolueServer(limitOfTwo);
  const folder = mkdtempSync(join(tmpdir(), "volue-cli-"));
  onTestFinished(async () => {
    await volue.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const environment = volue.environment(folder);
  if (!isFolderEmpty) openDatabase(join(folder, "run.sqlite")).close();
  const cli: VolueCli = {
    volue,
    folder,
    environment,
    write: (name, content) => {
      const path = join(folder, name);
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
      return path;
    },
    run: (words, more = {}) => runInProcess(["volue", ...words], { ...environment, ...more }),
    report: async (reports, now = after, ...words) => {
      const file = cli.write("reports.json", reports);
      const asked = ["report", "--file", file, "--format", "json", "--now", now, ...words];
      const { exitCode, stdout } = await cli.run(asked);
      return { exitCode, rows: stdout === "" ? [] : (JSON.parse(stdout) as Row[]) };
    },
    list: async () => JSON.parse((await cli.run(["list", "--format", "json"])).stdout),
  };
  return cli;
}
