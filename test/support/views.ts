import type { Database } from "../../src/database/index.ts";

/** A change event as a reader of `snapshot_events` has it. */
export type Told = {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly partitionkey: string;
  readonly run_id: string;
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly sequence: string;
    readonly correlationid: string;
    // biome-ignore lint/suspicious/noExplicitAny: a consumer knows the data by its type only
    readonly data: any;
  };
};

export function readEvents(database: Database, afterSequence = 0): Told[] {
  const rows = database
    .prepare("SELECT * FROM snapshot_events WHERE sequence > ? ORDER BY sequence")
    .all(afterSequence);
  return rows.map((row) => ({ ...row, event: JSON.parse(String(row.event)) })) as unknown as Told[];
}

/** What is told of meters and groups, runs and fields aside. */
export function readChanges(database: Database, afterSequence = 0): Told[] {
  return readEvents(database, afterSequence).filter(({ type }) => type.startsWith("meter."));
}

export function lastSequence(database: Database): number {
  return Number(database.prepare("SELECT last_sequence FROM snapshot_info").get()?.last_sequence ?? 0);
}

/** date, group, program ("" for none), meter, region: as the oracle writes it. */
export function readMembers(database: Database): string[] {
  const rows = database
    .prepare(
      `SELECT trade_date, market_group_id, coalesce(program, '') AS program, meter_id, transmission_region
       FROM snapshot_group_members`,
    )
    .all();
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}

/** date, group, programs, count, digest, version. */
export function readGroups(database: Database): string[] {
  const rows = database
    .prepare(
      `SELECT trade_date, market_group_id, programs, member_count, members_sha256, version
       FROM snapshot_groups`,
    )
    .all();
  return rows
    .map(({ programs, ...row }) => {
      const [date, group, ...rest] = Object.values(row);
      return JSON.stringify([date, group, JSON.parse(String(programs)), ...rest]);
    })
    .sort();
}

/** meter, program, group, from, to: as known at an instant, or now. */
export function readHistory(database: Database, knownAt: string | null = null): string[] {
  const isKnown =
    knownAt === null ? "known_to IS NULL" : "known_from <= ? AND (known_to IS NULL OR known_to > ?)";
  const rows = database
    .prepare(
      `SELECT meter_id, coalesce(program, '') AS program, market_group_id, effective_from, effective_to
       FROM snapshot_assignment_history WHERE ${isKnown}`,
    )
    .all(...(knownAt === null ? [] : [knownAt, knownAt]));
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}

/** meter, region, status, reference, archived, missing. */
export function readFaces(database: Database): string[] {
  const rows = database
    .prepare(
      `SELECT meter_id, transmission_region, enrollment_status, partner_reference, is_archived, is_missing
       FROM snapshot_meters`,
    )
    .all();
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}

export type HorizonView = Readonly<Record<string, { readonly first: string; readonly last: string }>>;

export function readHorizons(database: Database): HorizonView {
  return JSON.parse(
    String(database.prepare("SELECT horizons FROM snapshot_info").get()?.horizons),
  ) as HorizonView;
}

/** Every public view, row by row, but for what names runs and instants of runs. */
export function readSnapshot(database: Database): Record<string, string[]> {
  const read = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => JSON.stringify(Object.values(row)))
      .sort();
  return {
    meters: read("SELECT * FROM snapshot_meters"),
    members: read("SELECT * FROM snapshot_group_members"),
    groups: read("SELECT * FROM snapshot_groups"),
    history: read("SELECT * FROM snapshot_assignment_history"),
    info: read("SELECT api_version, account, stream_id, published_at, horizons FROM snapshot_info"),
  };
}

/** The number of rows in every table: what a run wrote shows as a difference. */
export function countRows(database: Database): Record<string, number> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return Object.fromEntries(
    tables.map(({ name }) => [
      String(name),
      Number(database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n),
    ]),
  );
}
