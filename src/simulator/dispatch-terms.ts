import type { DispatchKind } from "./dispatch-draft.ts";
import { hashOf, toFraction } from "./hash.ts";

/** How a program settles what it dispatches. */
type Terms = { readonly priority: number; readonly isVoluntary: boolean; readonly cap: CompensationCap };

export type CompensationCap = "grid-exports-allowed" | "up-to-nomination" | "up-to-site-load";

export type Power = { readonly energyKw: number | null; readonly nominationKw: number | null };

const kwMax = 100_000;
const kwMin = 0.01;
const usual: Terms = { priority: 2, isVoluntary: false, cap: "up-to-site-load" };
const termsByProgram: Readonly<Record<string, Partial<Terms>>> = {
  DRAM: { cap: "up-to-nomination" },
  ELRP: { priority: 3, isVoluntary: true, cap: "grid-exports-allowed" },
  "CEC-DSGS": { priority: 4, isVoluntary: true, cap: "grid-exports-allowed" },
  "ENERGY-ONLY": { priority: 5, isVoluntary: true },
  "ERCOT-ERS": { priority: 1, cap: "up-to-nomination" },
  "NRG-RED": { priority: 10 },
  "NYISO-SCR": { priority: 1, cap: "up-to-nomination" },
  "CONED-CSRP": { priority: 3 },
  "CONED-DLRP": { priority: 5 },
  "MA_DOER-CPS": { isVoluntary: true },
  "NATGRID-CS": { priority: 1, isVoluntary: true },
  "PJM-CAPACITY": { priority: 1, cap: "up-to-nomination" },
};

/** Of the first program, where there are several. A test of capacity binds in every program. */
export function toTerms(programs: readonly string[], kind: DispatchKind): Terms {
  if (kind === "capacity-test") return { priority: 1, isVoluntary: false, cap: "up-to-nomination" };
  return { ...usual, ...termsByProgram[programs[0] ?? ""] };
}

/** Mostly some kW for every meter, sometimes as much as possible; other numbers with every version. */
export function toPower(key: number, slot: number, version: number, meterCount: number): Power {
  const perMeterKw = 1 + 9 * toFraction(hashOf(key, 50, slot, version));
  const energyKw = toKw(perMeterKw * meterCount);
  const hasNomination = hashOf(key, 51) % 2 === 0;
  return {
    energyKw: hashOf(key, 52) % 6 === 0 ? null : energyKw,
    nominationKw: hasNomination ? toKw(energyKw * (1 + 0.3 * toFraction(hashOf(key, 53)))) : null,
  };
}

function toKw(kw: number): number {
  return Math.min(kwMax, Math.max(kwMin, Math.round(kw * 100) / 100));
}

/** Mostly one; every other test of capacity is a day-ahead event as well. */
export function toEventTypes(kind: DispatchKind, key: number): readonly string[] {
  return kind === "capacity-test" && hashOf(key, 54) % 2 === 0 ? ["day-ahead", "capacity-test"] : [kind];
}
