import { createHash } from "node:crypto";
import Driver from "better-sqlite3";

/**
 * A program that knows nothing of ours: it asks the views of a file again and again, each time in one
 * transaction, until its input ends, and says what it saw. `kept PATH` keeps one connection open throughout,
 * `reopened PATH` opens the file for every look.
 */
const [, , way = "", path = ""] = process.argv;
const open = () => new Driver(path, way === "kept" ? {} : { readonly: true });
const kept = way === "reopened" ? null : open();
const published = new Set<string>();
let looks = 0;
let isEnded = false;

process.stdin.on("end", () => {
  isEnded = true;
});
process.stdin.resume();
look();
process.stdout.write("up\n");
go();

/** A look, then whatever came in meanwhile. */
function go(): void {
  if (isEnded) {
    kept?.close();
    process.stdout.write(`${JSON.stringify({ looks, publications: published.size })}\n`);
    return;
  }
  look();
  setImmediate(go);
}

function look(): void {
  const connection = kept ?? open();
  try {
    connection.transaction(() => check(connection))();
    looks += 1;
  } finally {
    if (connection !== kept) connection.close();
  }
}

type Rows = Record<string, string & number>[];

/** Throws where one view does not agree with another. */
function check(connection: Driver.Database): void {
  const ask = (sql: string) => connection.prepare(sql).all() as Rows;
  const [info] = ask("SELECT published_at, last_sequence FROM snapshot_info");
  const members = new Map<string, Set<string>>();
  for (const { trade_date, market_group_id, meter_id } of ask("SELECT * FROM snapshot_group_members")) {
    const key = `${trade_date} ${market_group_id}`;
    if (!members.has(key)) members.set(key, new Set());
    members.get(key)?.add(String(meter_id));
  }
  const groups = ask("SELECT * FROM snapshot_groups");
  assert(groups.length === members.size, `${groups.length} groups, members of ${members.size}`);
  for (const { trade_date, market_group_id, member_count, members_sha256 } of groups) {
    const ids = [...(members.get(`${trade_date} ${market_group_id}`) ?? [])].sort();
    assert(ids.length === member_count, `${member_count} members, and ${ids.length} are there`);
    const digest = createHash("sha256")
      .update(ids.map((id) => `${id}\n`).join(""))
      .digest("hex");
    assert(digest === members_sha256, "a digest of other members");
  }
  const [told] = ask("SELECT max(sequence) AS last FROM snapshot_events");
  assert(told?.last === info?.last_sequence, `told up to ${told?.last}, and said ${info?.last_sequence}`);
  const [run] = ask("SELECT max(published_at) AS at FROM snapshot_runs WHERE status = 'published'");
  assert(run?.at === info?.published_at, `published at ${run?.at}, and said ${info?.published_at}`);
  const [later] = ask("SELECT published_at FROM snapshot_info");
  assert(later?.published_at === info?.published_at, "two publications in one transaction");
  published.add(String(info?.published_at));
}

function assert(isTrue: boolean, message: string): void {
  if (!isTrue) throw new Error(message);
}
