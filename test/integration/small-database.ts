import { type Database, openDatabase } from "../../src/database/index.ts";

export const group = {
  north: "11111111-0000-4000-8000-000000000001",
  south: "11111111-0000-4000-8000-000000000002",
};
export const meter = {
  plain: "aaaaaaaa-0000-4000-8000-000000000001",
  hostile: "aaaaaaaa-0000-4000-8000-000000000002",
  missing: "aaaaaaaa-0000-4000-8000-000000000003",
};
/** A partner reference that is a formula, an escape sequence and a reversal of the writing direction. */
export const hostileReference = "=1+1\u001b[2J\u202egnp\u009b31m";
export const runId = "run-1";
export const publishedAtMs = Date.UTC(2026, 9, 28, 6, 17);

/** A published snapshot of three meters in two groups, with three change events, written row by row. */
export function fillSmallDatabase(path: string): void {
  const database = openDatabase(path);
  insertStream(database);
  insertGroups(database);
  insertMeters(database);
  insertEvents(database);
  database.close();
}

function insertStream(database: Database): void {
  const report = { meters: { returned: 2 }, changes: { "meter.created": 1, "meter.group.remapped": 1 } };
  insert(database, "stream", {
    id: 1,
    stream_id: "stream-1",
    api_version: "v2",
    account: "default",
    publication: 1,
    published_at_ms: publishedAtMs,
    last_sequence: 3,
  });
  insert(database, "run", {
    run_key: 1,
    run_id: runId,
    mode: "sweep",
    status: "published",
    api_version: "v2",
    account: "default",
    host: "127.0.0.1",
    is_rehearsal: 0,
    started_at_ms: publishedAtMs,
    finished_at_ms: publishedAtMs,
    published_at_ms: publishedAtMs,
    started_at_real_ms: publishedAtMs,
    is_certified: 1,
    report: JSON.stringify(report),
  });
  insert(database, "sink", {
    name: "file:/events.ndjson",
    settled_sequence: 1,
    created_at_ms: publishedAtMs,
  });
}

function insertGroups(database: Database): void {
  const region = { transmission_region: "CAISO" };
  insert(database, "horizon", {
    ...region,
    zone: "America/Los_Angeles",
    today: "2026-10-27",
    last_looked_at: "2026-10-29",
    known_through: "2026-10-29",
  });
  for (const day of ["2026-10-27", "2026-10-28", "2026-10-29"])
    insert(database, "horizon_day", { ...region, trade_date: day });
  for (const [name, id] of Object.entries(group)) {
    insert(database, "market_group", {
      market_group_id: id,
      market_group_name: name.toUpperCase(),
      version: 1,
    });
    insert(database, "group_span", {
      market_group_id: id,
      effective_from: name === "north" ? "2026-10-27" : "2026-10-28",
      effective_to: null,
      member_count: name === "north" ? 2 : 1,
      members_sha256: "0".repeat(64),
      programs: '["DEMAND"]',
      regions: '["CAISO"]',
    });
  }
}

function insertMeters(database: Database): void {
  const states = [
    { id: meter.plain, reference: "SITE-1", isActive: 1, isArchived: 0, isMissing: 0, groupId: group.north },
    {
      id: meter.hostile,
      reference: hostileReference,
      isActive: 1,
      isArchived: 0,
      isMissing: 0,
      groupId: group.north,
    },
    { id: meter.missing, reference: null, isActive: 0, isArchived: 1, isMissing: 1, groupId: group.south },
  ];
  for (const [index, state] of states.entries()) {
    const key = { meter_key: index + 1 };
    insert(database, "meter", {
      ...key,
      meter_id: state.id,
      head_revision_id: index + 1,
      is_missing: state.isMissing,
      changed_at_ms: publishedAtMs,
    });
    insert(database, "revision", {
      revision_id: index + 1,
      ...key,
      api_version: "v2",
      fingerprint: "f",
      partner_reference: state.reference,
      transmission_region: "CAISO",
      tags: '["a","b"]',
      enrollment_status: state.isActive === 1 ? "ACTIVE" : "ACTION_REQUIRED",
      dispatchable: state.isActive,
      action_required: 1 - state.isActive,
      required_actions: "[]",
      is_archived: state.isArchived,
      document: JSON.stringify({ meter_id: state.id, unheard_of: 1 }),
    });
    insert(database, "assignment", {
      ...key,
      program: "DEMAND",
      market_group_id: state.groupId,
      effective_from: "2026-10-27",
      known_from_ms: publishedAtMs,
    });
  }
}

const remap = {
  meter_id: meter.plain,
  partner_reference: "SITE-1",
  program: "DEMAND",
  kind: "moved",
  basis: "announced",
  reason: null,
  from_market_group_ids: [group.south],
  to_market_group_ids: [group.north],
  effective_from: "2026-10-29",
  effective_to: null,
  lead_time_hours: 24.7,
};

function insertEvents(database: Database): void {
  const told = [
    {
      type: "meter.created",
      subject: meter.hostile,
      data: { meter_id: meter.hostile, partner_reference: hostileReference, after: {} },
    },
    { type: "meter.group.remapped", subject: meter.plain, data: remap },
    { type: "sync.published", subject: runId, data: { after: {} } },
  ];
  for (const [index, { type, subject, data }] of told.entries()) {
    const sequence = index + 1;
    const id = String(sequence).repeat(64);
    insert(database, "event", {
      sequence,
      id,
      type,
      subject,
      partitionkey: subject,
      time_ms: publishedAtMs,
      run_id: runId,
      event: JSON.stringify({
        specversion: "1.0",
        id,
        type,
        subject,
        sequence: String(sequence).padStart(19, "0"),
        data,
      }),
    });
  }
}

/** Columns that a test does not care about get an empty value where they must have one. */
export function insert(database: Database, table: string, values: Record<string, unknown>): void {
  const needed = database
    .prepare(
      `SELECT name, type FROM pragma_table_info('${table}')
       WHERE "notnull" = 1 AND dflt_value IS NULL AND pk = 0`,
    )
    .all()
    .map(({ name, type }) => [name, String(type).toUpperCase() === "TEXT" ? "" : 0]);
  const row = { ...Object.fromEntries(needed), ...values };
  const columns = Object.keys(row);
  database
    .prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`)
    .run(...Object.values(row));
}
