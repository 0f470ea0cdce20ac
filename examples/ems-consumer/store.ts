/** The consumer's own SQLite file, and how it is filled from a snapshot of meter-sync. */
import Database from "better-sqlite3";

export type Store = Database.Database;

/** Stands for "until told otherwise": as text, too, it comes after every date we shall meet. */
export const forever = "9999-12-31";

const tables = `
  -- How far we are. Below snapshot_sequence everything came with the snapshot that we started from.
  CREATE TABLE IF NOT EXISTS place (
    id INTEGER PRIMARY KEY CHECK (id = 1), stream_id TEXT NOT NULL, snapshot_sequence INTEGER NOT NULL,
    published_sequence INTEGER NOT NULL, checked_from TEXT NOT NULL) STRICT;
  -- The last event applied of each key. Order holds per key, not over all of them: an event that
  -- gave trouble is delivered later, after newer ones of other keys. So one number would not do.
  CREATE TABLE IF NOT EXISTS applied (partitionkey TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
  -- A meter is in a group from one trade date to another, both inclusive.
  CREATE TABLE IF NOT EXISTS membership (
    market_group_id TEXT NOT NULL, meter_id TEXT NOT NULL, from_date TEXT NOT NULL, to_date TEXT NOT NULL,
    PRIMARY KEY (market_group_id, meter_id, from_date)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS group_version (
    market_group_id TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT;
  -- Parts of a large update, until its last one is there: nobody shall dispatch half of it.
  CREATE TABLE IF NOT EXISTS waiting_part (
    market_group_id TEXT NOT NULL, part INTEGER NOT NULL, update_json TEXT NOT NULL,
    PRIMARY KEY (market_group_id, part)) STRICT;
  -- Remaps that we owe a report for, with what we have to hold before we may give it. Sequence 0: we do.
  CREATE TABLE IF NOT EXISTS acknowledgement (
    event_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, meter_id TEXT NOT NULL, program TEXT NOT NULL,
    from_groups TEXT NOT NULL, to_groups TEXT NOT NULL, from_date TEXT, to_date TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS acknowledgement_meter ON acknowledgement (meter_id);
  CREATE INDEX IF NOT EXISTS acknowledgement_sequence ON acknowledgement (sequence, event_id);
  -- Which programs ever put a meter into a group: when one of them takes it out, others may keep it there.
  CREATE TABLE IF NOT EXISTS meter_program (
    meter_id TEXT NOT NULL, market_group_id TEXT NOT NULL, program TEXT NOT NULL,
    PRIMARY KEY (meter_id, market_group_id, program)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note (
    note_id INTEGER PRIMARY KEY, noted_at TEXT NOT NULL, text TEXT NOT NULL) STRICT;
`;

export function openStore(path: string, fileMustExist: boolean): Store {
  const store = new Database(path, { fileMustExist });
  // Whoever asks what we hold does not wait for us; and what we have answered 2xx for survives a power cut.
  store.pragma("journal_mode = WAL");
  store.pragma("synchronous = FULL");
  store.exec(tables);
  return store;
}

/** What we cannot apply now and may be able to later: the sender is asked to come again. */
export class NotYetError extends Error {}

/**
 * Puts the membership of the snapshot in place of ours, in one transaction on either side. `doubted` is the
 * event that made us doubt what we hold: only a snapshot that contains it can settle that. An older one (an
 * export that was not renewed yet) would take back what we have applied since.
 */
export function bootstrap(
  store: Store,
  snapshotPath: string,
  reason: string,
  doubted?: { readonly id: string; readonly streamid?: string },
): void {
  readSnapshot(snapshotPath, (snapshot) => {
    const info = loadInfo(snapshot);
    if (doubted !== undefined) {
      const isIn =
        snapshot.prepare("SELECT 1 FROM snapshot_events WHERE id = ?").get(doubted.id) !== undefined;
      if (!isIn) throw new NotYetError(`${reason}, and the snapshot does not contain that event yet`);
      // Told before the stream began anew, delivered after it: what we hold was read from the new one.
      const ours = store.prepare("SELECT stream_id FROM place").pluck().get();
      const isOfAnother = doubted.streamid !== undefined && doubted.streamid !== ours;
      if (isOfAnother && info.stream_id === ours) return;
    }
    store.transaction(() => replaceAll(store, snapshot, info, reason))();
  });
}

function replaceAll(store: Store, snapshot: Store, info: Info, reason: string): void {
  // Sequences of another stream mean nothing here: what we saw of that one, we have to take as it is.
  store
    .prepare("UPDATE acknowledgement SET sequence = 0 WHERE ? <> (SELECT stream_id FROM place)")
    .run(info.stream_id);
  for (const table of ["place", "applied", "membership", "group_version", "waiting_part", "meter_program"])
    store.exec(`DELETE FROM ${table}`);
  const addMember = store.prepare("INSERT INTO membership VALUES (?, ?, ?, ?)");
  const members = snapshot.prepare(
    "SELECT DISTINCT market_group_id, meter_id, trade_date, transmission_region FROM snapshot_group_members",
  );
  for (const row of members.iterate() as IterableIterator<MemberRow>) {
    // What holds on the last date of the meter's own region holds on. Regions may end on different dates.
    const isLast = row.trade_date === info.horizons[row.transmission_region]?.last;
    addMember.run(row.market_group_id, row.meter_id, row.trade_date, isLast ? forever : row.trade_date);
  }
  const addProgram = store.prepare("INSERT INTO meter_program VALUES (?, ?, ?)");
  const programs = snapshot
    .prepare("SELECT DISTINCT meter_id, market_group_id, ifnull(program, '') FROM snapshot_group_members")
    .raw();
  for (const row of programs.iterate()) addProgram.run(row);
  const addVersion = store.prepare("INSERT INTO group_version VALUES (?, ?)");
  const versions = snapshot.prepare("SELECT DISTINCT market_group_id, version FROM snapshot_groups").raw();
  for (const row of versions.iterate()) addVersion.run(row);
  // Earlier dates are over in some region and not shown: a group that spans regions cannot be checked there.
  const checkedFrom = Object.values(info.horizons).reduce(
    (max, { first }) => (first > max ? first : max),
    "",
  );
  store
    .prepare("INSERT INTO place VALUES (1, ?, ?, ?, ?)")
    .run(info.stream_id, info.last_sequence, info.last_sequence, checkedFrom);
  const text = `started from the snapshot at event ${info.last_sequence}: ${reason}`;
  store.prepare("INSERT INTO note (noted_at, text) VALUES (?, ?)").run(new Date().toISOString(), text);
}

/** The trade dates on which the snapshot shows groups. */
export function readDates(snapshotPath: string): readonly string[] {
  return readSnapshot(snapshotPath, (snapshot) =>
    snapshot.prepare("SELECT DISTINCT trade_date FROM snapshot_groups ORDER BY 1").pluck().all().map(String),
  );
}

type MemberRow = {
  readonly market_group_id: string;
  readonly meter_id: string;
  readonly trade_date: string;
  readonly transmission_region: string;
};
type Info = {
  readonly stream_id: string;
  readonly last_sequence: number;
  readonly horizons: Readonly<Record<string, { readonly first: string; readonly last: string }>>;
};

function loadInfo(snapshot: Store): Info {
  const row = snapshot.prepare("SELECT * FROM snapshot_info").get() as Record<string, unknown> | undefined;
  if (row === undefined || row.published_at === null)
    throw new Error(`${snapshot.name} has published nothing yet: run meter-sync sync first`);
  return { ...row, horizons: JSON.parse(String(row.horizons)) } as Info;
}

/** One read transaction: all views speak of the same publication, even while meter-sync writes the next. */
function readSnapshot<T>(path: string, read: (snapshot: Store) => T): T {
  const snapshot = new Database(path, { readonly: true, fileMustExist: true });
  try {
    return snapshot.transaction(() => read(snapshot))();
  } finally {
    snapshot.close();
  }
}
