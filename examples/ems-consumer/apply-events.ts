/** Applies change events, each once; starts from the snapshot again where something does not fit. */
import { type Remap, saveOwed } from "./acknowledge.ts";
import { applyGroupUpdate, type GroupUpdate } from "./groups.ts";
import { bootstrap, type Store } from "./store.ts";

/** The part of a CloudEvent of meter-sync that we use. */
export type ChangeEvent = {
  readonly id: string;
  readonly type: string;
  readonly sequence: string;
  readonly partitionkey: string;
  /** Changes when an older copy of meter-sync's file was put in its place: sequences start anew. */
  readonly streamid?: string;
  readonly data: unknown;
};

/** Takes a request's events, all or none. Throws a `NotYetError` where the sender is to come again. */
export function applyEvents(store: Store, snapshotPath: string, events: readonly ChangeEvent[]): void {
  const applyAll = store.transaction(() => {
    for (const event of events) applyEvent(store, snapshotPath, event);
  });
  applyAll.immediate();
}

function applyEvent(store: Store, snapshotPath: string, event: ChangeEvent): void {
  const sequence = Number(event.sequence);
  const place = store.prepare("SELECT * FROM place").get() as {
    stream_id: string;
    snapshot_sequence: number;
  };
  const isOfOurs = event.streamid === undefined || event.streamid === place.stream_id;
  const applied = store.prepare("SELECT sequence FROM applied WHERE partitionkey = ?").pluck();
  const isRepeat =
    sequence <= place.snapshot_sequence || sequence <= Number(applied.get(event.partitionkey) ?? 0);
  // Of a repeat, too: a report that is given twice does no harm, and one that is lost does. Sequences of
  // another stream mean nothing here; what such an event says we hold as soon as we have started again.
  if (event.type === "meter.group.remapped")
    saveOwed(store, event.id, isOfOurs && !isRepeat ? sequence : 0, event.data as Remap);

  if (!isOfOurs) {
    bootstrap(store, snapshotPath, `event ${sequence} is of another stream`, event);
    return;
  }
  if (isRepeat) return;

  if (event.type === "meter.enrollment.group.updated") {
    const misfit = applyGroupUpdate(store, event.data as GroupUpdate);
    if (misfit !== null) {
      bootstrap(store, snapshotPath, misfit, event);
      return;
    }
  }
  // It comes after all other events of its run: now it is time to look which of their remaps we hold.
  if (event.type === "sync.published") store.prepare("UPDATE place SET published_sequence = ?").run(sequence);
  store.prepare("INSERT OR REPLACE INTO applied VALUES (?, ?)").run(event.partitionkey, sequence);
}
