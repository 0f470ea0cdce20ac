const shown = { isSecret: false } as const;
const share = "a share and a count such as 5%,10 (0% to 100%, 0 to 1000000), or off";

/** When a plan is held back for a person to look at, in the order a reader meets them. */
export const holdVariables = [
  {
    name: "METER_SYNC_HOLD_EMPTY",
    help: "Hold a sweep that is empty where the snapshot is not",
    accepts: "on or off",
    default: "on",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_ABSENT",
    help: "Hold where more than this share and more than this many of the known meters are absent",
    accepts: share,
    default: "5%,10",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_REGION",
    help: "The same for the known meters of one region",
    accepts: share,
    default: "50%,10",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_PROGRAM",
    help: "Hold where more than this share and this many of a program's meters lose its groups",
    accepts: share,
    default: "50%,10",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_LOSS",
    help: "Hold where more than this share and this many of the assigned meters are left without a group",
    accepts: share,
    default: "20%,10",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_GROUP",
    help: "Hold where a group of this many falls to zero and more than this share of it is left without one",
    accepts: share,
    default: "50%,5",
    ...shown,
  },
  {
    name: "METER_SYNC_HOLD_ACCOUNT",
    help: "Hold where less than this share of the known ids answers, once this many are known",
    accepts: share,
    default: "50%,10",
    ...shown,
  },
] as const;
