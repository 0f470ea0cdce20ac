import type { Chance } from "./chance.ts";
import { addedAtOf } from "./documents.ts";
import type { Says } from "./oracle-views.ts";
import { ageResident, makeResident, type Resident, toDocument, toSketch } from "./resident.ts";
import { type RawV1, type RawV2, saysOfV1, saysOfV2 } from "./says.ts";
import type { Entry } from "./scripted-leap.ts";

/** A portfolio that lives by the calendar, and of which something changes on most days. */
export type ResidentPortfolio = {
  /** Lets the time until now pass; true when nothing but the calendar moved. */
  readonly age: (nowMs: number) => boolean;
  readonly entries: (nowMs: number, version: "v1" | "v2") => Entry[];
};

/** @param announcedOn the day of a month on which the next one's groups are told; past its end: not before */
export function openResidentPortfolio(
  chance: Chance,
  meterCount: number,
  startMs: number,
  announcedOn: number = chance.pick([1, 20, 28, 40]),
): ResidentPortfolio {
  const residents: Resident[] = [];
  while (residents.length < meterCount) {
    const number = residents.length + 1;
    residents.push(makeResident(chance, number, startMs, Date.parse(addedAtOf(number))));
  }
  let agedMs = startMs;

  function age(nowMs: number): boolean {
    let isCalendarAlone = true;
    // At most as much as three days bring, however long nobody looked.
    const days = Math.min(3, Math.round((nowMs - agedMs) / 86_400_000));
    for (let day = 0; day < days; day += 1) {
      if (chance.hits(0.3)) continue;
      for (const resident of residents) if (ageResident(chance, resident, nowMs)) isCalendarAlone = false;
      if (chance.hits(0.05) && residents.length < meterCount * 2) {
        residents.push(makeResident(chance, residents.length + 1, nowMs));
        isCalendarAlone = false;
      }
    }
    agedMs = nowMs;
    return isCalendarAlone;
  }

  const answering = () => residents.filter(({ fate }) => fate !== "gone");
  const toAnswer = (resident: Resident, nowMs: number, version: "v1" | "v2") => {
    const document = toDocument(toSketch(resident, nowMs, announcedOn), version, nowMs);
    return resident.fate === "unreadable" ? spoil(document) : document;
  };
  return {
    age,
    entries: (nowMs, version) =>
      answering().map((resident) => {
        const { addedAt, fate, modifiedMs } = resident;
        const { meter_id: id, ...rest } = toAnswer(resident, nowMs, version);
        return {
          addedMs: Date.parse(addedAt),
          modifiedMs,
          isHidden: fate === "hidden",
          document: fate === "nameless" ? rest : { meter_id: id, ...rest },
        };
      }),
  };
}

/** What cannot be read of a document is that its essential list is none. */
function spoil<T extends object>(document: T): T {
  const list = "participation" in document ? "participation" : "program_enrollment";
  return { ...document, [list]: "none" };
}

/** What an answered document says; null where it cannot be read. */
export function toSays(document: object): Says | null {
  if ("participation" in document) {
    return Array.isArray(document.participation) ? saysOfV1(document as RawV1) : null;
  }
  const { program_enrollment: rows } = document as Partial<RawV2>;
  return Array.isArray(rows) && rows.every(isReadable) ? saysOfV2(document as RawV2) : null;
}

function isReadable(row: unknown): boolean {
  const start = (row as Partial<RawV2["program_enrollment"][number]>).delivery_period_start_date_time;
  return start !== undefined && !Number.isNaN(Date.parse(start));
}
