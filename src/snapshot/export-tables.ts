import type { TableCopy } from "../database/index.ts";

const all = "1";
/** Meters that a publication has shown. */
const published = "head_revision_id IS NOT NULL";

/**
 * What of every table goes into an export, column by column. An export is for readers of the views and for
 * the reading commands: what only the next run goes by stays here. Without leave for personal data nothing
 * goes along that may hold any: what Leap sent as it came, and words that others wrote to us.
 */
export function toTableCopies(isPersonal: boolean): Readonly<Record<string, TableCopy>> {
  const only = (expression: string, otherwise: string) => (isPersonal ? expression : otherwise);
  return {
    ...snapshotTables(only),
    ...eventTables(only),
    ...runTables,
    ...proofTables,
    ...leftOut,
  };
}

type Only = (expression: string, otherwise: string) => string;

function snapshotTables(only: Only): Record<string, TableCopy> {
  return {
    meter: {
      rows: published,
      columns: {
        ...same(
          "meter_key, meter_id, head_revision_id, first_publication, published_through",
          "participation_preference, is_missing, changed_at_ms, next_boundary_date, next_preference_at_ms",
          "transmission_region, enrollment_status, added_at_ms, missing_since_ms, ended_at_ms",
          "is_absence_released",
        ),
        // A digest of the document: guesses could be held against it.
        head_fingerprint: only("head_fingerprint", "NULL"),
      },
    },
    revision: {
      // Earlier versions show in no view; others are not published.
      rows: `revision_id IN (SELECT head_revision_id FROM source.meter WHERE ${published})`,
      columns: {
        // The partner's own names and tags for a meter stay: readers know their meters by them.
        ...same(
          "revision_id, meter_key, api_version, partner_reference, transmission_region, meter_type, tags",
          "enrollment_status, dispatchable, action_required, required_actions, is_archived, added_at",
          "added_at_ms, participation",
        ),
        fingerprint: only("fingerprint", "''"),
        // As Leap sent it: names, addresses, account numbers, fields nobody knows.
        document: only("document", "'{}'"),
      },
    },
    assignment: {
      rows: all,
      columns: same(
        "assignment_id, meter_key, program, market_group_id, effective_from, effective_to, known_from_ms",
        "known_to_ms",
      ),
    },
    market_group: { rows: all, columns: same("market_group_id, market_group_name, version") },
    group_span: {
      rows: all,
      columns: same(
        "market_group_id, effective_from, effective_to, member_count, members_sha256, programs, regions",
      ),
    },
    horizon: {
      rows: all,
      columns: same("transmission_region, zone, today, first_looked_at, last_looked_at, known_through"),
    },
    horizon_day: { rows: all, columns: same("transmission_region, trade_date") },
  };
}

function eventTables(only: Only): Record<string, TableCopy> {
  // What a consumer wrote when it rejected a remap is told once more when that is overdue.
  const told = `CASE type WHEN 'group.remap.overdue'
    THEN json_set(event, '$.data.reason', NULL) ELSE event END`;
  return {
    event: {
      rows: all,
      columns: {
        ...same("sequence, id, type, subject, partitionkey, time_ms, run_id"),
        event: only("event", told),
      },
    },
    sink: {
      rows: all,
      columns: {
        ...same(
          "name, settled_sequence, created_at_ms, settled_at_ms, taken_sequence, start_sequence",
          "looked_sequence, failure_count, retry_at_ms, error_at_ms, disabled_at_ms",
        ),
        // What a receiver said.
        error: only("error", "NULL"),
      },
    },
    delivery: {
      rows: all,
      columns: {
        ...same(
          "sink, sequence, partitionkey, run_id, state, batch_key, attempt_count, set_aside_at_ms, status",
        ),
        answer: only("answer", "NULL"),
        error: only("error", "NULL"),
      },
    },
    told_remap: {
      rows: all,
      columns: {
        ...same(
          "sequence, event_id, meter_id, program, effective_from, told_at_ms, starts_at_ms, state",
          "reported_at_ms, overdue_at_ms",
        ),
        reason: only("reason", "NULL"),
      },
    },
  };
}

const runTables: Record<string, TableCopy> = {
  __drizzle_migrations: { rows: all, columns: same("id, hash, created_at") },
  stream: {
    rows: all,
    columns: {
      ...same(
        "id, stream_id, api_version, account, host, extraction_version, publication, published_at_ms",
        "planned_at_ms, last_sequence, pruned_sequence, pruned_known_at_ms, pruned_trade_date",
      ),
      // It fits the mark beside the database, which is not beside the export.
      mark: "NULL",
    },
  },
  run: {
    rows: all,
    columns: {
      ...same(
        "run_key, run_id, mode, status, api_version, account, host, is_rehearsal, extraction_version",
        "started_at_ms, finished_at_ms, published_at_ms, sweep_started_at_ms, started_at_real_ms",
        "is_certified, cursor_ms, publication, is_full_chain",
        // Counts, digests and our own sentences.
        "report",
      ),
    },
  },
};

/** How dispatches compare with what was published: ids, counts and instants, no more. */
const proofTables: Record<string, TableCopy> = {
  dispatch_check: {
    rows: all,
    columns: same(
      "level, event_id, trade_date, target_id, start_ms, end_ms, is_cancelled, is_voluntary, test",
      "event_types, programs, sent_at_ms, sent_basis, verdict, is_counted, dispatched_count, published_count",
      "missing_here_count, missing_there_count, missing_here, missing_there, told_at_ms, content_sha256",
      "drift_sha256, first_checked_at_ms, checked_at_ms",
    ),
  },
};

/** What only runs and deliveries go by: their tables are there, without a row. */
const leftOut: Record<string, TableCopy> = {
  // A plan that is not published, what was read for it, and what is held back.
  ...none("read_window", [
    "window_key, run_key, ordinal, added_from_ms, added_to_ms, is_done, read_at_real_ms, page_count, seen",
    "observations, modified_from_ms, meter_count",
  ]),
  ...none("staged_absence", ["run_key, meter_key"]),
  ...none("staged_assignment", [
    "staged_id, run_key, assignment_id, meter_key, program, market_group_id, effective_from, effective_to",
  ]),
  ...none("staged_event", ["run_key, ordinal, id, type, subject, program, partitionkey, time_ms, body"]),
  ...none("staged_group", ["run_key, market_group_id, market_group_name, version"]),
  ...none("staged_group_span", [
    "run_key, market_group_id, effective_from, effective_to, member_count, members_sha256, programs, regions",
  ]),
  ...none("staged_head", [
    "run_key, meter_key, revision_id, participation_preference, next_boundary_date",
    "next_preference_at_ms, published_through, is_changed, presence",
  ]),
  ...none("staged_plan", ["run_key, plan"]),
  ...none("staged_revision", ["run_key, meter_key, window_ordinal, staged_order, revision_id, is_own"]),
  ...none("replaced_revision", ["replaced_at_ms, revision_id"]),
  // Requests under way, and how often what was told.
  ...none("delivery_batch", [
    "batch_key, sink, webhook_id, first_sequence, attempt_count, first_sent_at_ms, next_attempt_at_ms",
    "part_depth",
  ]),
  ...none("event_count", ["type, subject, program, told"]),
  // Values of fields among them.
  ...none("discovered_field", ["field_key, is_told"]),
  // What others sent us, and what we sent to others.
  ...none("leap_webhook", [
    "ordinal, webhook_event_id, type, subject, fact, received_at_ms, copy_count, imported_at_ms",
  ]),
  ...none("volue_report", [
    "report_id, host, event_id, kind, body, state, attempt_count, made_at_ms, sent_at_ms, answered_at_ms",
    "status, volue_id, problem",
  ]),
  ...none("hidden_meter", ["meter_key, is_hidden"]),
  ...none("horizon_history", ["transmission_region, publication, last_looked_at"]),
};

function same(...lists: readonly string[]): Record<string, string> {
  const columns = lists.flatMap((list) => list.split(", "));
  return Object.fromEntries(columns.map((column) => [column, column]));
}

function none(table: string, lists: readonly string[]): Record<string, TableCopy> {
  return { [table]: { rows: null, columns: same(...lists) } };
}
