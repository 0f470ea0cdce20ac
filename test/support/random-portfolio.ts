import { addDays, startOfDay, zoneOf } from "./calendar.ts";
import type { Chance } from "./chance.ts";
import { addedAtOf, documentV2, groupId, meterId } from "./documents.ts";
import type { Entry } from "./scripted-leap.ts";

const regions = ["CAISO", "NYISO", "WECC_SW", "ERCOT", "MOONBASE"];
const groups = ["g1", "g2", "g3", "g4"];
const programs = ["CCA", "DRAM", "ELRP", null];

/** Not answered at all, found by its id alone, answered without its id, or with what cannot be read. */
type Fate = "there" | "gone" | "hidden" | "nameless" | "unreadable";

type Meter = { readonly number: number; region: string; document: Record<string, unknown>; fate: Fate };

/**
 * A few meters about which anything may be said, mostly near today: small worlds find more than large ones.
 */
export type RandomPortfolio = {
  /** Changes some of it, as seen on a local day. */
  readonly change: (today: string) => void;
  /** What Leap answers, in any order, with keys in any order. */
  readonly entries: () => Entry[];
};

export function openRandomPortfolio(
  chance: Chance,
  meterCount: number,
  movesRegions: boolean,
): RandomPortfolio {
  const meters: Meter[] = [];

  function change(today: string): void {
    while (meters.length < meterCount || (meters.length < meterCount * 2 && chance.hits(0.15))) {
      const meter = { number: meters.length + 1, region: chance.pick(regions) };
      meters.push({ ...meter, document: toDocument(chance, meter, today), fate: "there" });
      if (meters.length < meterCount && chance.hits(0.2)) break;
    }
    for (const meter of meters) {
      if (movesRegions && chance.hits(0.1)) {
        meter.region = chance.pick(regions);
        meter.document = toDocument(chance, meter, today);
      }
      if (chance.hits(0.25)) meter.document = toDocument(chance, meter, today);
      // What is not there stays away for some changes, now and then for good.
      if (meter.fate !== "there" && chance.hits(0.6)) continue;
      meter.fate = toFate(chance);
    }
    // One that is always there: an empty sweep is another story.
    meters[0]!.fate = "there";
  }

  return {
    change,
    entries: () =>
      shuffle(
        chance,
        meters.flatMap(({ number, fate, document }) => {
          if (fate === "gone") return [];
          const whole = fate === "unreadable" ? spoil(chance, document) : document;
          const { meter_id: id, ...nameless } = whole;
          const answered = fate === "nameless" ? nameless : whole;
          void id;
          const isHidden = fate === "hidden";
          return [{ addedMs: Date.parse(addedAtOf(number)), isHidden, document: reorder(chance, answered) }];
        }),
      ),
  };
}

function toFate(chance: Chance): Fate {
  const luck = chance.next();
  if (luck > 0.17) return "there";
  return luck < 0.07 ? "gone" : luck < 0.11 ? "hidden" : luck < 0.12 ? "nameless" : "unreadable";
}

function toDocument(chance: Chance, { number, region }: Pick<Meter, "number" | "region">, today: string) {
  const rows = Array.from({ length: chance.below(5) }, () => toRow(chance, region, today));
  const twice = rows.length > 0 && chance.hits(0.1) ? [rows[0]] : [];
  const id = chance.hits(0.2) ? meterId(number).toUpperCase() : meterId(number);
  const isArchived = chance.hits(0.1);
  const sketch = { number, region, isArchived };
  return { ...documentV2(sketch), meter_id: id, program_enrollment: [...rows, ...twice] };
}

function toRow(chance: Chance, region: string, today: string) {
  const from = addDays(today, chance.hits(0.3) ? -chance.below(60) : chance.below(9) - 3);
  const to = addDays(from, chance.hits(0.5) ? chance.below(4) : chance.below(70));
  const program = chance.pick(programs);
  const group = chance.hits(0.75) ? chance.pick(groups) : null;
  return {
    ...(program === null ? {} : { program_identifier: program }),
    delivery_period: `P_${from}`,
    delivery_period_start_date_time: toInstant(chance, from, region, -1),
    ...(chance.hits(0.3)
      ? toForever(chance)
      : { delivery_period_end_date_time: toInstant(chance, to, region, 1) }),
    enrollment_status: chance.pick(["ACTIVE", "ELIGIBLE"]),
    ...(group === null ? {} : { market_group_id: groupId(group), market_group_name: group }),
  };
}

/** A local midnight, or an instant up to two hours before (a start) or after it (an end). */
function toInstant(chance: Chance, date: string, region: string, way: -1 | 1): string {
  const offMs = chance.hits(0.2) ? way * chance.below(120) * 60_000 : 0;
  const text = new Date(startOfDay(date, zoneOf(region)) + offMs).toISOString();
  return chance.hits(0.3) ? text.replace(/\.\d+Z$/, chance.pick(["Z", ".000000Z", ".000000000Z"])) : text;
}

function toForever(chance: Chance): object {
  const spelling = chance.pick([
    "9000-01-01T00:00:00Z",
    "9000-12-31T23:59:59.999999999Z",
    "2099-06-01T00:00:00Z",
    "",
  ]);
  return spelling === "" ? {} : { delivery_period_end_date_time: spelling };
}

function spoil(chance: Chance, document: Record<string, unknown>): Record<string, unknown> {
  const row = { program_identifier: "CCA", delivery_period_start_date_time: "some day" };
  return { ...document, program_enrollment: chance.pick<unknown>([[row], "none", [7]]) };
}

/** The same value with the keys of every object in another order. */
function reorder(chance: Chance, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => reorder(chance, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    shuffle(chance, Object.entries(value)).map(([key, item]) => [key, reorder(chance, item)]),
  );
}

export function shuffle<T>(chance: Chance, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: chance.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
