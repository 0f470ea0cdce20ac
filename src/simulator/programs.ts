export type Region = "CAISO" | "ERCOT" | "NYISO" | "ISONE" | "PJM" | "SERC" | "WECC_SW" | "WECC_PC";

export type Program = {
  readonly identifier: string;
  /** What delivery periods are named after; not always the program's identifier. */
  readonly periodPrefix: string;
  /** Which months its periods cover: first month (0 to 11) and length. None: one period without an end. */
  readonly terms: readonly (readonly [firstMonth: number, monthCount: number])[];
  /** The part of the region's meters that are in it. */
  readonly share: number;
  /** Where its groups come from; programs with the same pool share groups. */
  readonly pool: string;
  /** A period appears this many days ahead, at first without a group … */
  readonly listedDaysAhead: number;
  /** … and is given one this many days ahead. */
  readonly assignedDaysAhead: number;
  /** Some programs leave a meter ELIGIBLE although it has a group. */
  readonly isNeverActive: boolean;
};

export type RegionFacts = {
  readonly region: Region;
  readonly zone: string;
  readonly utilities: readonly string[];
  readonly programs: readonly Program[];
};

const months = Array.from({ length: 12 }, (_, month): readonly [number, number] => [month, 1]);

const monthly = { terms: months, listedDaysAhead: 10, assignedDaysAhead: 4 };
const seasonal = { listedDaysAhead: 38, assignedDaysAhead: 6 };
const yearly = { listedDaysAhead: 55, assignedDaysAhead: 8 };

const pacific = "America/Los_Angeles";
const central = "America/Chicago";
const eastern = "America/New_York";

const regionFacts: readonly RegionFacts[] = [
  {
    region: "CAISO",
    zone: pacific,
    utilities: ["COASTAL_ELECTRIC", "VALLEY_POWER", "SOUTH_BAY_ENERGY"],
    programs: [
      toProgram("CCA", 1, "CACC", { ...monthly, periodPrefix: "CAISO-CCA" }),
      toProgram("DRAM", 0.25, "CACC", monthly),
      toProgram("CEC-DSGS", 0.3, "CADS", { ...seasonal, terms: [[4, 6]] }),
      toProgram("ELRP", 0.2, "CAEL", { ...yearly, terms: [] }),
    ],
  },
  {
    region: "NYISO",
    zone: eastern,
    utilities: ["HARBOR_EDISON", "UPSTATE_LIGHT"],
    programs: [
      toProgram("NYISO-SCR", 1, "NYSC", {
        ...seasonal,
        terms: [
          [4, 6],
          [10, 6],
        ],
      }),
      toProgram("CONED-CSRP", 0.4, "NYCE", { ...seasonal, terms: [[4, 5]] }),
      toProgram("CONED-DLRP", 0.4, "NYCE", { ...seasonal, terms: [[4, 5]], isNeverActive: true }),
    ],
  },
  {
    region: "ERCOT",
    zone: central,
    utilities: ["LONE_PRAIRIE_WIRES", "GULF_DELIVERY"],
    programs: [
      toProgram("ERCOT-ERS", 1, "TXER", {
        ...monthly,
        terms: [
          [3, 2],
          [5, 4],
          [9, 2],
          [11, 4],
        ],
      }),
      toProgram("NRG-RED", 0.2, "TXNR", monthly),
    ],
  },
  {
    region: "WECC_SW",
    zone: "America/Phoenix",
    utilities: ["SALTBUSH_POWER"],
    programs: [
      toProgram("ENERGY-ONLY", 1, "SWEO", monthly),
      toProgram("SRP-RPO", 0.5, "SWRP", { ...seasonal, terms: [[4, 6]] }),
    ],
  },
  {
    region: "ISONE",
    zone: eastern,
    utilities: ["BAYSTATE_GRID", "GRANITE_POWER"],
    programs: [
      toProgram("MA_DOER-CPS", 1, "NECP", { ...yearly, terms: [[5, 12]] }),
      toProgram("NATGRID-CS", 0.5, "NENG", { ...seasonal, terms: [[5, 4]] }),
    ],
  },
  {
    region: "PJM",
    zone: eastern,
    utilities: ["TIDEWATER_ELECTRIC", "KEYSTONE_LIGHT"],
    programs: [toProgram("PJM-CAPACITY", 1, "PJCP", { ...yearly, terms: [[5, 12]] })],
  },
  {
    region: "SERC",
    zone: central,
    utilities: ["RIVERBEND_AUTHORITY"],
    programs: [toProgram("TVA-RPO", 1, "SETV", { ...yearly, terms: [[0, 12]] })],
  },
  {
    region: "WECC_PC",
    zone: pacific,
    utilities: ["CASCADE_SOUND_ENERGY"],
    programs: [
      toProgram("PSE-RPO", 1, "PCRP", { ...seasonal, terms: [[9, 6]] }),
      toProgram("ENERGY-ONLY", 0.3, "PCEO", monthly),
    ],
  },
];

// How twenty meters in a row are spread over the regions above. Small portfolios live in few regions, so
// that a group has more than one member.
const spreadOfTwenty = {
  tiny: [13, 7],
  small: [9, 5, 3, 3],
  full: [7, 3, 3, 1, 2, 2, 1, 1],
} as const;

/** Twenty regions; every twenty meters in a row cover them once each. */
export function toRegionTable(meterCount: number): readonly RegionFacts[] {
  const spread =
    meterCount < 24 ? spreadOfTwenty.tiny : meterCount < 100 ? spreadOfTwenty.small : spreadOfTwenty.full;
  return spread.flatMap((count, position) => {
    const facts = regionFacts[position];
    return facts === undefined ? [] : Array.from({ length: count }, () => facts);
  });
}

function toProgram(
  identifier: string,
  share: number,
  pool: string,
  rest: Pick<Program, "terms" | "listedDaysAhead" | "assignedDaysAhead"> & Partial<Program>,
): Program {
  return { identifier, share, pool, periodPrefix: identifier, isNeverActive: false, ...rest };
}
