/** Which requests a fault is meant for (`reports`), how many it spares at first (0) and hits then (all). */
type Reach = {
  readonly on?: VoluePlace;
  readonly after?: number;
  readonly times?: number;
};

export type VoluePlace = "token" | "events" | "reports";

/**
 * What goes wrong at Volue or on the way. `after-store` hits reports that Volue has kept by then, so that
 * their sender cannot know; everything else hits a request as it arrives.
 */
export type VolueFault =
  | ({ readonly kind: "status"; readonly status: number; readonly isStored?: boolean } & Reach)
  | ({ readonly kind: "hang-after-store" } & Reach)
  | ({ readonly kind: "hang-before-store" } & Reach)
  | ({ readonly kind: "reset-after-store" } & Reach)
  | ({ readonly kind: "reset-before-store" } & Reach)
  | ({ readonly kind: "throttle"; readonly retryAfterSeconds?: number } & Reach)
  /** A page of HTML with status 200, from somebody in between. */
  | ({ readonly kind: "html" } & Reach)
  /** A report is refused by a bare text, as the swagger has it, and not by problem details. */
  | ({ readonly kind: "plain-refusal" } & Reach)
  /** Each token is good for so many requests, whatever was said of its life. */
  | { readonly kind: "token-expires"; readonly afterRequests: number };

export type VolueFaultKind = VolueFault["kind"];
type Reaching = Exclude<VolueFault, { readonly kind: "token-expires" }>;

export type VolueFaultBook = {
  readonly set: (faults: readonly VolueFault[]) => void;
  /** The first fault that hits here and now: to be asked once for each stage of a request. */
  readonly hit: (place: VoluePlace, stage: VolueStage) => Reaching | null;
  readonly tokenUsesMax: () => number;
};

/** A request arrives; a report is refused; a report has been kept. */
export type VolueStage = "arrived" | "refused" | "stored";

type Entry = { readonly fault: Reaching; eligible: number; hits: number };

export function openVolueFaultBook(): VolueFaultBook {
  let entries: readonly Entry[] = [];
  let usesMax = Number.POSITIVE_INFINITY;
  return {
    set: (faults) => {
      entries = faults.filter(isReaching).map((fault) => ({ fault, eligible: 0, hits: 0 }));
      const lives = faults.flatMap((fault) => (isReaching(fault) ? [] : [fault.afterRequests]));
      usesMax = Math.min(Number.POSITIVE_INFINITY, ...lives);
    },
    hit: (place, stage) => entries.find((entry) => isHit(entry, place, stage))?.fault ?? null,
    tokenUsesMax: () => usesMax,
  };
}

function isReaching(fault: VolueFault): fault is Reaching {
  return fault.kind !== "token-expires";
}

/** Counts on the way. */
function isHit(entry: Entry, place: VoluePlace, stage: VolueStage): boolean {
  const { on = "reports", after = 0, times = Number.POSITIVE_INFINITY } = entry.fault;
  if (on !== place || toStage(entry.fault) !== stage) return false;
  entry.eligible += 1;
  if (entry.eligible <= after || entry.hits >= times) return false;
  entry.hits += 1;
  return true;
}

function toStage(fault: Reaching): VolueStage {
  if (fault.kind === "plain-refusal") return "refused";
  if (fault.kind === "status") return fault.isStored === true ? "stored" : "arrived";
  return fault.kind.endsWith("-after-store") ? "stored" : "arrived";
}
