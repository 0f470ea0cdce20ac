import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, openDatabaseReadOnly } from "../../src/database/index.ts";
import {
  type RunningSimulator,
  type SimulatorOptions,
  startSimulator,
  type VolueEvent,
} from "../../src/simulator/index.ts";
import { runInProcess, type Shown } from "../integration/cli-in-process.ts";
import { type Started, startProgram } from "../integration/run-program.ts";
import { openVolueDoor, type VolueDoor } from "./volue-door.ts";

/** A simulated Volue behind a door, a folder, and the program that reports to it. */
export type VolueLife = {
  readonly simulator: RunningSimulator;
  readonly door: VolueDoor;
  readonly folder: string;
  readonly database: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly write: (name: string, text: string) => string;
  /** In this process: quicker, and only where nothing is logged. */
  readonly run: (words: readonly string[], environment?: Record<string, string>) => Promise<Shown>;
  readonly start: (words: readonly string[], environment?: Record<string, string>) => Started;
  readonly rows: () => readonly KeptReport[];
  readonly close: () => Promise<void>;
};

export type KeptReport = {
  readonly event_id: string;
  readonly kind: string;
  readonly state: string;
  readonly volue_id: string | null;
  readonly attempt_count: number;
};

export async function openVolueLife(
  now: string,
  options: Partial<SimulatorOptions> = {},
): Promise<VolueLife> {
  const world = { seed: 11, meterCount: 1, startDate: now.slice(0, 10), nowMs: Date.parse(now) };
  const simulator = await startSimulator({ ...world, ...options });
  const door = await openVolueDoor(simulator.url);
  const folder = mkdtempSync(join(tmpdir(), "volue-life-"));
  const { volue } = simulator;
  openDatabase(join(folder, "run.sqlite")).close();
  const environment = {
    METER_SYNC_DATABASE: join(folder, "run.sqlite"),
    LEAP_BASE_URL: simulator.url,
    LEAP_API_KEY: simulator.apiKey,
    VOLUE_BASE_URL: door.url + volue.basePath,
    VOLUE_TOKEN_URL: door.url + volue.tokenPath,
    VOLUE_CLIENT_ID: volue.clientId,
    VOLUE_CLIENT_SECRET: volue.clientSecret,
  };
  const toWords = (words: readonly string[]) => [
    ...words,
    "--now",
    new Date(simulator.nowMs()).toISOString(),
  ];
  return {
    simulator,
    door,
    folder,
    database: environment.METER_SYNC_DATABASE,
    environment,
    write: (name, text) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
    run: (words, more = {}) => runInProcess(toWords(words), { ...environment, ...more }),
    start: (words, more = {}) => startProgram(toWords(words), { ...environment, ...more }),
    rows: () => readRows(environment.METER_SYNC_DATABASE),
    close: async () => {
      await door.close();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readRows(path: string): readonly KeptReport[] {
  const database = openDatabaseReadOnly(path);
  const sql = "SELECT event_id, kind, state, volue_id, attempt_count FROM volue_report ORDER BY event_id";
  const rows = database.prepare(sql).all();
  database.close();
  return rows as unknown as KeptReport[];
}

export type EventTarget = {
  readonly resourceId?: string;
  readonly locationId: string;
  readonly meterPointId?: string;
  readonly points?: readonly { readonly timestamp: string }[];
};

export type EventPayload = {
  readonly targets: readonly EventTarget[];
  readonly priceArea?: string;
  readonly priceCurveDelta?: { readonly points: readonly { readonly timestamp: string }[] };
};

export const toPayload = ({ payload }: VolueEvent) => payload as unknown as EventPayload;

/** The price curves of a local day, in every area. */
export function curvesOf({ simulator }: VolueLife, day: string): readonly VolueEvent[] {
  return simulator.volue.events.filter((event) => {
    const first = toPayload(event).priceCurveDelta?.points[0]?.timestamp;
    return first?.startsWith(day) ?? false;
  });
}

/** The use of every resource of a price curve, as a line of JSON. */
export function toUsageLine(event: VolueEvent, kiloWattHours = 1.25): string {
  const { targets, priceCurveDelta } = toPayload(event);
  const points = priceCurveDelta?.points.map(({ timestamp }) => ({ timestamp, kiloWattHours }));
  const payloads = targets.map(({ resourceId, locationId }) => {
    return { payloadType: "EnergyUsage", resourceId, locationId, resolution: "01:00:00", points };
  });
  return `${JSON.stringify({ eventId: event.id, payloads })}\n`;
}

export const reportWords = (file: string) => ["volue", "report", "--file", file, "--format", "json"];
