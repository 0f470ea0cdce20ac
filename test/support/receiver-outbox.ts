import { createHash } from "node:crypto";
import { type Database, inTransaction } from "../../src/database/index.ts";

/** One change event as it stands in the outbox. */
export type Told = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly runId: string;
  readonly text: string;
};

export type EventSketch = {
  /** A meter or a group; events of one key stay in order. */
  readonly key: string;
  readonly type?: string;
  readonly region?: string;
  readonly program?: string;
  /** Groups a remap leads from and to. */
  readonly groups?: readonly [from: string, to: string];
  /** Makes the event as many bytes longer. */
  readonly paddingBytes?: number;
};

/** What a run told: changes, and how it ended. */
export type RunSketch = {
  readonly runId?: string;
  readonly events: readonly EventSketch[];
  readonly ending?: "sync.published" | "sync.held" | "sync.failed" | null;
  readonly atMs?: number;
};

const defaultAtMs = Date.parse("2026-11-10T20:00:00Z");

/** Puts what a run told into the outbox, in one transaction as a publication would; returns the events. */
export function tellRun(database: Database, run: RunSketch): Told[] {
  const { events, ending = null, atMs = defaultAtMs } = run;
  return inTransaction(database, () => {
    const last = Number(database.prepare("SELECT max(last_sequence) AS last FROM stream").get()?.last ?? 0);
    const runId = run.runId ?? `run-${last + 1}`;
    const endings: EventSketch[] = ending === null ? [] : [{ key: "sync", type: ending }];
    const told = [...events, ...endings].map((sketch, index) =>
      toTold(sketch, last + index + 1, runId, new Date(atMs).toISOString()),
    );
    const append = database.prepare(
      `INSERT INTO event (sequence, id, type, subject, partitionkey, time_ms, run_id, event)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { sequence, id, type, key, text } of told) {
      append.run(sequence, id, type, key, key, atMs, runId, text);
    }
    database
      .prepare(
        `INSERT INTO stream (id, stream_id, last_sequence) VALUES (1, 'stream-of-the-test', ?)
         ON CONFLICT (id) DO UPDATE SET last_sequence = excluded.last_sequence`,
      )
      .run(last + told.length);
    return told;
  });
}

/** As many events of as many keys, in turn. */
export function toSketches(
  count: number,
  keyCount: number,
  sketch: Partial<EventSketch> = {},
): EventSketch[] {
  return Array.from({ length: count }, (_, index) => ({ key: `key-${index % keyCount}`, ...sketch }));
}

function toTold(sketch: EventSketch, sequence: number, runId: string, time: string): Told {
  const { key, type = "meter.group.remapped" } = sketch;
  const id = createHash("sha256").update(`event ${sequence}`).digest("hex");
  const text = JSON.stringify({
    specversion: "1.0",
    id,
    source: "/meter-sync/default",
    type,
    subject: key,
    time,
    datacontenttype: "application/json",
    dataschema: `urn:meter-sync:schemas:${type}`,
    partitionkey: key,
    correlationid: runId,
    streamid: "stream-of-the-test",
    data: toData(sketch, type),
    sequence: String(sequence).padStart(19, "0"),
  });
  return { sequence, id, type, key, runId, text };
}

function toData(sketch: EventSketch, type: string): object {
  const { key, region = "CAISO", program = "DEMAND", groups, paddingBytes = 0 } = sketch;
  const padding = paddingBytes > 0 ? { padding: "x".repeat(paddingBytes) } : {};
  if (type.startsWith("sync.")) return { before: null, after: { run_id: key }, ...padding };
  if (type === "meter.enrollment.group.updated") return { market_group_id: key, ...padding };
  const meter = { meter_id: key, partner_reference: "Süd 1", transmission_region: region, ...padding };
  if (type !== "meter.group.remapped") return { ...meter, before: null, after: null };
  const [from, to] = groups ?? ["group-1", "group-2"];
  return {
    ...meter,
    program,
    kind: "moved",
    basis: "announced",
    reason: null,
    from_market_group_ids: [from],
    to_market_group_ids: [to],
    effective_from: "2026-11-12",
    effective_to: null,
    lead_time_hours: 36,
  };
}
