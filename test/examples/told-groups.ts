import { createHash } from "node:crypto";
import { join } from "node:path";
import Driver from "better-sqlite3";

export const dates = ["2026-11-10", "2026-11-11", "2026-11-12"] as const;

/** Membership of a group over trade dates on which it was the same before, as one update tells it. */
export type Change = {
  readonly group: string;
  readonly from?: string;
  /** Inclusive; null for ever. */
  readonly to?: string | null;
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  /** Of the remaps that go with it. */
  readonly program?: string | null;
  /** Into so many parts its ids are dealt. */
  readonly parts?: number;
};

export type ToldEvent = {
  readonly id: string;
  readonly type: string;
  readonly sequence: string;
  readonly partitionkey: string;
  readonly streamid: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into, not modelled
  readonly data: any;
};

/**
 * A stand-in for the job, made from what it promises alone: a file with the views' names and columns, and
 * the events that lead from one publication to the next.
 */
export type Teller = {
  readonly snapshotPath: string;
  /** One run: what its events are. The file shows it unless it is to lag behind. */
  readonly tell: (changes: readonly Change[], isShown?: boolean) => ToldEvent[];
  /** Lets the file show everything told. */
  readonly show: () => void;
  /** An older copy was put in the file's place: the stream is another one, and so are the numbers. */
  readonly renewStream: (lastSequence: number) => void;
  /** What a consumer is to hold, in the words of its command `digest`. */
  readonly digests: (on?: readonly string[]) => object[];
  readonly membersOn: (group: string, date: string) => string[];
};

export function openTeller(folder: string, first: readonly Change[]): Teller {
  const changes: Change[] = [...first];
  const events: ToldEvent[] = [];
  const versions = new Map<string, number>();
  const snapshotPath = join(folder, "snapshot.sqlite");
  let stream = "stream-1";
  let sequence = 10;

  const groups = () => [...new Set(changes.map(({ group }) => group))].sort();
  const membersOn = (group: string, date: string) => toMembers(changes, group, date);
  const append = (type: string, partitionkey: string, data: object): ToldEvent => {
    sequence += 1;
    const id = createHash("sha256").update(`${stream} ${sequence}`).digest("hex");
    const event = {
      specversion: "1.0",
      id,
      source: "/meter-sync/default",
      type,
      subject: partitionkey,
      time: "2026-11-10T15:00:00.000Z",
      datacontenttype: "application/json",
      sequence: String(sequence).padStart(19, "0"),
      partitionkey,
      correlationid: `run-${stream}`,
      streamid: stream,
      data,
    };
    events.push(event);
    return event;
  };
  const tellChange = (change: Change): ToldEvent[] => {
    const { group, from = dates[0], to = null, added = [], removed = [], parts = 1 } = change;
    const version = versions.get(group) ?? 0;
    const before = { ...toDigest(membersOn(group, from)), version };
    changes.push(change);
    versions.set(group, version + 1);
    const after = { ...toDigest(membersOn(group, from)), version: version + 1 };
    return Array.from({ length: parts }, (_, index) =>
      append("meter.enrollment.group.updated", group, {
        market_group_id: group,
        effective_from: from,
        effective_to: to,
        added_meter_ids: added.filter((_id, place) => place % parts === index),
        removed_meter_ids: removed.filter((_id, place) => place % parts === index),
        part: index + 1,
        parts,
        before,
        after,
      }),
    );
  };
  const digests = (on: readonly string[] = dates) =>
    on.flatMap((date) =>
      groups()
        .map((group) => ({ trade_date: date, market_group_id: group, ...toDigest(membersOn(group, date)) }))
        .filter(({ member_count }) => member_count > 0),
    );
  const show = () => {
    writeSnapshot(snapshotPath, {
      info: [stream, sequence],
      groups: digests().map((row) => ({ ...row, version: versions.get(row.market_group_id) ?? 0 })),
      members: dates.flatMap((date) =>
        groups().map((group) => ({ date, group, ids: membersOn(group, date) })),
      ),
      events,
    });
  };
  show();
  return {
    snapshotPath,
    tell: (told, isShown = true) => {
      const remaps = toRemaps(told).map((data) => append("meter.group.remapped", data.meter_id, data));
      const run = [...remaps, ...told.flatMap(tellChange), append("sync.published", "sync", { after: {} })];
      if (isShown) show();
      return run;
    },
    show,
    renewStream: (lastSequence) => {
      stream = `${stream}-again`;
      sequence = lastSequence;
    },
    digests,
    membersOn,
  };
}

/** One for each meter that is added somewhere, or only removed. */
function toRemaps(told: readonly Change[]) {
  return told.flatMap(({ group, from = dates[0], to = null, program = "DEMAND", ...change }) => {
    const remap = { program, effective_from: from, effective_to: to };
    const leftBy = (id: string) =>
      told.filter(({ removed = [] }) => removed.includes(id)).map((other) => other.group);
    const isAdded = (id: string) => told.some(({ added = [] }) => added.includes(id));
    const away = (change.removed ?? []).filter((id) => !isAdded(id));
    return [
      ...(change.added ?? []).map((id) => ({ meter_id: id, from: leftBy(id), to: [group] })),
      ...away.map((id) => ({ meter_id: id, from: [group], to: [] })),
    ].map(({ meter_id, ...groups }) => ({
      ...remap,
      meter_id,
      from_market_group_ids: groups.from,
      to_market_group_ids: groups.to,
    }));
  });
}

/** Straight from what was told, one change after the other. */
function toMembers(changes: readonly Change[], group: string, date: string): string[] {
  const members = new Set<string>();
  for (const { from = dates[0], to = null, ...change } of changes) {
    if (change.group !== group || date < from || (to !== null && date > to)) continue;
    for (const id of change.removed ?? []) members.delete(id);
    for (const id of change.added ?? []) members.add(id);
  }
  return [...members].sort();
}

function toDigest(members: readonly string[]) {
  const text = members.map((id) => `${id}\n`).join("");
  return { member_count: members.length, members_sha256: createHash("sha256").update(text).digest("hex") };
}

function writeSnapshot(
  path: string,
  state: {
    readonly info: readonly [stream: string, sequence: number];
    readonly groups: readonly object[];
    readonly members: readonly { readonly date: string; readonly group: string; readonly ids: string[] }[];
    readonly events: readonly ToldEvent[];
  },
): void {
  const file = new Driver(path);
  file.exec(`
    DROP TABLE IF EXISTS snapshot_info; DROP TABLE IF EXISTS snapshot_groups;
    DROP TABLE IF EXISTS snapshot_group_members; DROP TABLE IF EXISTS snapshot_events;
    CREATE TABLE snapshot_info (stream_id, last_sequence, published_at, horizons);
    CREATE TABLE snapshot_groups (trade_date, market_group_id, member_count, members_sha256, version);
    CREATE TABLE snapshot_group_members (trade_date, market_group_id, program, meter_id, transmission_region);
    CREATE TABLE snapshot_events (sequence, id, event)`);
  const horizons = JSON.stringify({ CAISO: { first: dates[0], last: dates[2] } });
  file
    .prepare("INSERT INTO snapshot_info VALUES (?, ?, '2026-11-10T15:00:00.000Z', ?)")
    .run(...state.info, horizons);
  const addGroup = file.prepare(
    `INSERT INTO snapshot_groups
     VALUES (@trade_date, @market_group_id, @member_count, @members_sha256, @version)`,
  );
  const addMember = file.prepare("INSERT INTO snapshot_group_members VALUES (?, ?, 'DEMAND', ?, 'CAISO')");
  const addEvent = file.prepare("INSERT INTO snapshot_events VALUES (?, ?, ?)");
  file.transaction(() => {
    for (const row of state.groups) addGroup.run(row);
    for (const { date, group, ids } of state.members) for (const id of ids) addMember.run(date, group, id);
    for (const event of state.events) addEvent.run(Number(event.sequence), event.id, JSON.stringify(event));
  })();
  file.close();
}
