import { formatInstant } from "../time/index.ts";
import type { Reader } from "./reader.ts";

/** One thing that has to be done before a meter is enrolled, or stays so. */
export type ActionRow = {
  readonly meter_id: string;
  readonly partner_reference: string | null;
  readonly transmission_region: string;
  /** Who must act; null where v1 does not say. */
  readonly party: "partner" | "leap" | null;
  readonly program: string | null;
  readonly delivery_period: string | null;
  readonly type: string | null;
  readonly code: string | null;
  readonly deadline: string | null;
  readonly description: string | null;
};

/** What is left out does not narrow; what is given narrows together. */
export type ActionFilter = {
  readonly partnerReference?: string;
  /** In lower case. */
  readonly meterId?: string;
  /** The partner's are those that nobody else is named for, too. */
  readonly party?: "partner" | "leap";
  readonly code?: string;
  /** With a deadline until then, epoch milliseconds, or one that has passed. */
  readonly dueByMs?: number;
  readonly limit?: number;
};

/** What is to be done for meters that are not archived, the next deadline first. */
export function* loadActions(reader: Reader, filter: ActionFilter = {}): Generator<ActionRow> {
  const { conditions, values } = toConditions(filter);
  const rows = reader.database
    .prepare(
      `SELECT * FROM (
         SELECT m.meter_id, m.partner_reference, m.transmission_region, ${fields.join(", ")}, a.key AS place
         FROM snapshot_meters m, json_each(m.required_actions) a
         WHERE m.is_archived = 0 AND m.required_actions <> '[]')
       WHERE ${conditions.join(" AND ")}
       ORDER BY deadline IS NULL, deadline, meter_id, place LIMIT ?`,
    )
    .iterate(...values, filter.limit ?? -1);
  for (const { place: _place, ...row } of rows) yield row as ActionRow;
}

const fields = ["party", "program", "delivery_period", "type", "code", "deadline", "description"].map(
  (name) => `json_extract(a.value, '$.${name}') AS ${name}`,
);

function toConditions({ partnerReference, meterId, party, code, dueByMs }: ActionFilter) {
  const all = [
    ["partner_reference = ?", partnerReference],
    ["meter_id = ?", meterId],
    [party === "partner" ? "coalesce(party, ?) <> 'leap'" : "party = ?", party],
    ["code = ?", code],
    ["deadline <= ?", dueByMs === undefined ? undefined : formatInstant(dueByMs)],
  ] as const;
  const given = all.filter(([, value]) => value !== undefined);
  return { conditions: ["true", ...given.map(([sql]) => sql)], values: given.map(([, value]) => value) };
}
