/** A meter as the server knows it: what it answers, and when it was added (v1 answers do not say). */
export type Entry = {
  readonly addedMs: number;
  readonly document: unknown;
  /** When it was last modified, which polls go by; never since it was added unless given. */
  readonly modifiedMs?: number;
  /** No search returns it, though it is found by its id. */
  readonly isHidden?: boolean;
};

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
};

/** What there is to answer from. */
export type Script = {
  readonly accountId: string;
  /** What there is today, in the order in which it is answered. */
  entries: readonly Entry[];
  /** No page is larger, whatever is asked for. */
  pageSizeMax: number;
};

type Answer = { readonly status: number; readonly body: unknown };

/** v1 and v2: searches by date added, by time modified and by id, and single meters by id. */
export function toAnswer(script: Script, asked: Asked): Answer {
  const v1 = `/v1.1/account/${script.accountId}/meters/`;
  if (asked.method === "GET" && asked.path.startsWith(v1)) {
    return toSingle(script, decodeURIComponent(asked.path.slice(v1.length)));
  }
  const isV1 = asked.path === `${v1}search`;
  if (!isV1 && asked.path !== "/v2/meters/enrollments/search")
    return { status: 404, body: { title: "nothing here" } };
  const found = (isV1 ? findV1(script, asked.body) : findV2(script, asked.body)).map(
    ({ document }) => document,
  );
  const { page_token: pageToken, page_size: pageSize } = asked.body;
  const start = typeof pageToken === "string" ? Number(pageToken.slice(2)) : 0;
  const end = start + Math.min(Number(pageSize ?? 500), script.pageSizeMax);
  const token = end < found.length ? `p-${end}` : null;
  const rows = found.slice(start, end);
  if (isV1) return { status: 200, body: { next_page_token: token, results: rows } };
  return { status: 200, body: token === null ? { meters: rows } : { next_page_token: token, meters: rows } };
}

/** v1's limits are inclusive. */
function findV1({ entries }: Script, body: Asked["body"]): Entry[] {
  const fromMs = toMs(body.date_added_from, Number.NEGATIVE_INFINITY);
  const toAddedMs = toMs(body.date_added_to, Number.POSITIVE_INFINITY);
  const sinceMs = toMs(body.date_last_modified, Number.NEGATIVE_INFINITY);
  return entries.filter(
    (entry) =>
      entry.isHidden !== true &&
      fromMs <= entry.addedMs &&
      entry.addedMs <= toAddedMs &&
      sinceMs <= (entry.modifiedMs ?? entry.addedMs),
  );
}

/** "After" and "before" are taken at their word. An empty list of ids filters nothing. */
function findV2({ entries }: Script, body: Asked["body"]): Entry[] {
  const ids = Array.isArray(body.meter_ids) ? body.meter_ids.map((id) => String(id).toLowerCase()) : [];
  if (ids.length > 0) return entries.filter((entry) => ids.includes(toId(entry) ?? ""));
  const fromMs = toMs(body.created_after_date_time, Number.NEGATIVE_INFINITY);
  const toAddedMs = toMs(body.created_before_date_time, Number.POSITIVE_INFINITY);
  const sinceMs = toMs(body.last_modified_date_time, Number.NEGATIVE_INFINITY);
  return entries.filter(
    (entry) =>
      entry.isHidden !== true &&
      fromMs < entry.addedMs &&
      entry.addedMs < toAddedMs &&
      sinceMs < (entry.modifiedMs ?? entry.addedMs),
  );
}

function toSingle({ entries }: Script, meterId: string): Answer {
  const entry = entries.find((one) => toId(one) === meterId.toLowerCase());
  if (entry === undefined) return { status: 404, body: { title: "no such meter", status: 404 } };
  return { status: 200, body: entry.document };
}

function toId({ document }: Entry): string | null {
  const id = (document as { readonly meter_id?: unknown }).meter_id;
  return typeof id === "string" ? id.toLowerCase() : null;
}

function toMs(text: unknown, otherwise: number): number {
  return typeof text === "string" ? Date.parse(text) : otherwise;
}
