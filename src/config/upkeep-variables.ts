const shown = { isSecret: false } as const;
const secret = { isSecret: true, default: null } as const;
const keep = "off (kept for good), or a duration from 1d to 3660d, such as 90d";
const ping = "an http or https URL without credentials, as a heartbeat service gives it for one check";

/** The file, what stays in it, and who notices what, in the order a reader meets them. */
export const upkeepVariables = [
  {
    name: "METER_SYNC_ALLOW_NETWORK_FS",
    help: "Open a database on a network file system all the same, where SQLite may lose or corrupt it",
    accepts: "on or off",
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_EXPORT",
    help: "After a publication, write a single-file copy for readers",
    accepts: "off, or the path of a file",
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_EXPORT_KEEP",
    help: "Earlier exports that are kept beside it, as FILE.1 (the newest of them), FILE.2 …",
    accepts: "a whole number from 0 to 99",
    default: "1",
    ...shown,
  },
  {
    name: "METER_SYNC_EXPORT_PERSONAL",
    help: "Whether exports carry the documents as Leap sent them, which may hold personal data",
    accepts: "on or off",
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_REPORT",
    help: "After a publication, and where one is held back, write the report for people: one HTML file",
    accepts: "off, or the path of a file",
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_KEEP_EVENTS",
    help: "How long change events stay; what is undelivered, unacknowledged or set aside stays longer",
    accepts: keep,
    default: "90d",
    ...shown,
  },
  {
    name: "METER_SYNC_KEEP_REVISIONS",
    help: "How long a meter's earlier versions stay",
    accepts: keep,
    default: "90d",
    ...shown,
  },
  {
    name: "METER_SYNC_KEEP_HISTORY",
    help: "How long it stays known who was in which group, and what was known when",
    accepts: keep,
    default: "1100d",
    ...shown,
  },
  {
    name: "METER_SYNC_KEEP_RUNS",
    help: "How long run reports stay; those of polls 14 days at most",
    accepts: keep,
    default: "400d",
    ...shown,
  },
  {
    name: "METER_SYNC_METRICS_FILE",
    help: "After every run and delivery, write metrics to this file for a Prometheus textfile collector",
    accepts: "off, or the path of a file whose name ends in .prom",
    default: "off",
    ...shown,
  },
  {
    name: "METER_SYNC_HEARTBEAT_URL",
    help: "Pinged when a sweep starts and ends, with its exit code, as Healthchecks takes it",
    accepts: ping,
    ...secret,
  },
  {
    name: "METER_SYNC_DELIVER_HEARTBEAT_URL",
    help: "Pinged in the same way by `deliver`",
    accepts: ping,
    ...secret,
  },
] as const;
