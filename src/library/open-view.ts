import { existsSync } from "node:fs";
import { toDatabaseFailure } from "../database/index.ts";
import { Failure } from "../failure/index.ts";
import { loadInfo, loadMeter, loadMeterHistory, openReader, type Reader } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { askGroups, askGroupsOf, askMembers } from "./ask-groups.ts";
import { assertToldSince, followChanges, loadChanges } from "./changes.ts";
import { type Streams, streamMeters } from "./meter-stream-store.ts";
import type { SnapshotInfo } from "./rows.ts";
import type { ChangesOptions, Freshness, MeterFilter, Snapshot, SnapshotOptions } from "./snapshot.ts";
import { SnapshotError } from "./snapshot-error.ts";

const everyMsDefault = 1000;
const everyMsMin = 100;
/** What no timer waits longer than: it would not wait at all. */
const everyMsMax = 2 ** 31 - 1;

/** One publication of the file, and what is being iterated in it. */
type View = { readonly reader: Reader; readonly info: SnapshotInfo; readonly streams: Streams };

/** What the methods of a snapshot work on: the view it shows now, until it is closed. */
type Book = {
  readonly path: string;
  readonly options: SnapshotOptions;
  readonly closing: AbortController;
  view: View;
};

/** A snapshot of the file as it is now. */
export function openView(path: string, options: SnapshotOptions): Snapshot {
  assertText("openSnapshot", path);
  const book: Book = { path, options, closing: new AbortController(), view: loadView(path, options) };
  const ask = <T>(look: (view: View) => T): T => askBook(book, look);
  const close = () => closeBook(book);
  return {
    path,
    info: () => ask(({ info }) => info),
    freshness: (nowMs) => ask(({ info }) => toFreshness(info, nowMs)),
    meter: (meterId) => ask(({ reader }) => loadMeter(reader, meterId)),
    metersByPartnerReference: (partnerReference) => {
      // A filter by what is undefined would let all meters through, another customer's too.
      assertText("metersByPartnerReference", partnerReference);
      return ask((view) => [
        ...streamMeters(view.reader, view.streams, { partnerReference }, (look) => look()),
      ]);
    },
    meters: (filter = {}) => {
      const { reader, streams } = ask((view) => view);
      ask(() => assertToldSince(reader, filter));
      return streamMeters(reader, streams, toFilter(filter), (look) => askShown(book, reader, look));
    },
    groups: (of = {}) => ask(({ reader }) => askGroups(reader, of)),
    members: (marketGroupId, of = {}) => ask(({ reader }) => askMembers(reader, marketGroupId, of)),
    groupsOf: (meterId, of = {}) => ask(({ reader }) => askGroupsOf(reader, meterId, of)),
    assignmentHistory: (meterId) => ask(({ reader }) => [...loadMeterHistory(reader, meterId)]),
    changesAfter: (sequence, changes = {}) => openChanges(book, sequence, changes),
    refresh: () => {
      const before = ask((view) => view);
      book.view = loadView(path, options);
      closeView(before);
      return book.view.info;
    },
    close,
    [Symbol.dispose]: close,
  };
}

/** Programs without types may hand in anything. */
function assertText(method: string, value: unknown): void {
  if (typeof value === "string") return;
  throw new SnapshotError("argument", `${method} takes text, not ${String(value)}`);
}

function assertThere(path: string): void {
  if (existsSync(path)) return;
  throw new SnapshotError(
    "missing",
    `no database at ${path}: give the path of the job's database (METER_SYNC_DATABASE) or of an export`,
  );
}

function loadView(path: string, options: SnapshotOptions): View {
  assertThere(path);
  return withErrors(path, () => {
    const reader = openReader(path, options);
    try {
      // The first look settles which publication is seen.
      const info = loadInfo(reader);
      if (info !== undefined) return { reader, info, streams: new Set() };
    } catch (error) {
      reader.close();
      throw error;
    }
    reader.close();
    throw new SnapshotError(
      "empty",
      `no run has begun in ${path} yet: run \`meter-sync sync\`, then try again`,
    );
  });
}

function askBook<T>({ closing, path, view }: Book, look: (view: View) => T): T {
  if (closing.signal.aborted) {
    throw new SnapshotError("closed", `the snapshot of ${path} is closed: open another with openSnapshot`);
  }
  return withErrors(path, () => look(view));
}

/** Ids are lower case in the file, and come in any case. */
function toFilter(filter: MeterFilter): MeterFilter {
  const { marketGroupId: id, limit = 0 } = filter;
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new SnapshotError("argument", `limit takes a whole number from 0 on, not ${limit}`);
  }
  return id === undefined ? filter : { ...filter, marketGroupId: id.toLowerCase() };
}

/** Throws where rows are of a publication that the snapshot does not show any more. */
function askShown<T>(book: Book, reader: Reader, look: () => T): T {
  return askBook(book, (view) => {
    if (view.reader === reader) return look();
    throw new SnapshotError(
      "closed",
      "the snapshot was refreshed while its meters were iterated: begin again, or refresh once they are done",
    );
  });
}

function closeBook({ closing, view }: Book): void {
  if (closing.signal.aborted) return;
  closing.abort();
  closeView(view);
}

/** What is being iterated lets go of its statement first, and finds out by itself. */
function closeView({ reader, streams }: View): void {
  for (const rows of streams) rows.return(undefined);
  reader.close();
}

function openChanges(
  book: Book,
  sequence: number,
  options: ChangesOptions,
): ReturnType<Snapshot["changesAfter"]> {
  const { types = [], streamId = null, follow } = options;
  if (!Number.isSafeInteger(sequence) || sequence < 0) {
    throw new SnapshotError("argument", `changesAfter takes a whole number from 0 on, not ${sequence}`);
  }
  const { info } = askBook(book, (view) => view);
  const place = { after: sequence, streamId: streamId ?? info.stream_id, first: null };
  if (follow === undefined) {
    return loadChanges((look) => askBook(book, ({ reader }) => look(reader)), place, types);
  }
  const { signal, everyMs = everyMsDefault } = follow;
  if (!(everyMs >= everyMsMin && everyMs <= everyMsMax)) {
    throw new SnapshotError("argument", `everyMs takes ${everyMsMin} to ${everyMsMax}, not ${everyMs}`);
  }
  const closing = book.closing.signal;
  const either = signal === undefined ? closing : AbortSignal.any([closing, signal]);
  return followChanges((look) => lendReader(book, look), place, types, { signal: either, everyMs });
}

/** A reader for one look, closed before anything is told: a slow consumer does not hold up the file. */
function lendReader<T>({ path, options }: Book, look: (reader: Reader) => T): T {
  assertThere(path);
  return withErrors(path, () => {
    const reader = openReader(path, options);
    try {
      return look(reader);
    } finally {
      reader.close();
    }
  });
}

function toFreshness({ published_at: at }: SnapshotInfo, nowMs: number): Freshness | null {
  const atMs = at === null ? undefined : parseInstant(at);
  return at === null || atMs === undefined ? null : { published_at: at, age_ms: nowMs - atMs };
}

/** Whatever goes wrong within is told as an error of the library; a bug comes as it is. */
function withErrors<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const failure = toDatabaseFailure(error, `cannot read the database ${path}`);
    if (failure instanceof SnapshotError || !(failure instanceof Failure)) throw failure;
    const reason = failure.kind === "usage" ? "unusable" : "unavailable";
    throw new SnapshotError(reason, failure.message, { cause: failure });
  }
}
