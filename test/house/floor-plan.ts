/** What one room of `src/` may reach, and what to do instead of reaching further. */
export type Room = {
  /** Rooms it may import anything from, by their doors. */
  readonly mayImport: readonly string[];
  /** Rooms it may import types from, which are gone when the program runs. */
  readonly mayImportTypes?: readonly string[];
  /** Rooms it may load while running, when asked for, and not before. */
  readonly mayLoad?: readonly string[];
  /** Decides, and touches nothing: no clock, no disk, no network, no database. */
  readonly isPure?: true;
  readonly instead: string;
};

const cellar = "the cellar stays small: hand in what it needs as an argument";

/** The rooms in the order the data walks. `main` is the street: one file, no folder. */
export const rooms: Readonly<Record<string, Room>> = {
  main: {
    mayImport: [],
    mayLoad: ["cli"],
    instead: "load `cli` dynamically, behind the check of the Node version, and leave the rest to it",
  },
  cli: {
    mayImport: [
      "config",
      "sync",
      "window",
      "leap",
      "market",
      "meter",
      "diff",
      "guard",
      "snapshot",
      "events",
      "delivery",
      "acknowledgement",
      "dispatch",
      "reconciliation",
      "volue",
      "reader",
      "retention",
      "endpoint",
      "metrics",
      "report",
      "heartbeat",
      "schedule",
      "database",
      "log",
      "failure",
      "time",
    ],
    mayImportTypes: ["simulator"],
    mayLoad: ["simulator"],
    instead: "`cli` composes the rooms: load the simulator with `await import()` where it is asked for",
  },
  config: {
    mayImport: ["meter", "failure", "time"],
    instead: "check the text here and let the room that uses the value make sense of it",
  },
  sync: {
    mayImport: [
      "config",
      "window",
      "leap",
      "market",
      "meter",
      "diff",
      "guard",
      "snapshot",
      "events",
      "database",
      "log",
      "failure",
      "time",
    ],
    instead:
      "the hallway only lists the steps: put the rule into a pure room; delivery is the caller's next step",
  },
  window: {
    mayImport: ["time"],
    mayImportTypes: ["leap"],
    isPure: true,
    instead: "plan windows from values handed in by `sync`",
  },
  leap: {
    mayImport: ["meter", "http", "log", "failure", "time"],
    instead: "return pages and meters; `sync` carries them on",
  },
  market: {
    mayImport: ["meter", "failure", "time"],
    isPure: true,
    instead: "take meters, instants and trade dates as arguments",
  },
  meter: {
    mayImport: ["time"],
    isPure: true,
    instead: "the noun knows nobody: move the rule to the room that has an opinion",
  },
  diff: {
    mayImport: ["market", "meter"],
    isPure: true,
    instead: "compute changes from before and after; `sync` loads the one and saves the other",
  },
  guard: {
    mayImport: [],
    mayImportTypes: ["market", "meter"],
    isPure: true,
    instead: "weigh counts; whoever counts hands them in",
  },
  snapshot: {
    mayImport: ["events", "market", "meter", "database", "failure", "time"],
    instead: "store what was decided elsewhere; a decision belongs to a pure room",
  },
  events: {
    mayImport: ["market", "meter", "database", "failure", "time"],
    mayImportTypes: ["diff"],
    instead: "turn the change handed in into an event; sending belongs to `delivery`",
  },
  delivery: {
    mayImport: ["database", "failure", "time"],
    mayImportTypes: ["config"],
    instead: "deliver what the outbox holds; what is in it belongs to `events`",
  },
  acknowledgement: {
    mayImport: ["market", "snapshot", "events", "reader", "database", "failure", "time"],
    instead: "take reports as text and what sinks want as an argument; sending belongs to `delivery`",
  },
  dispatch: {
    mayImport: ["market", "meter", "snapshot", "events", "reader", "database", "failure", "time"],
    mayImportTypes: ["leap"],
    instead: "take dispatches as `leap` reads them; what was published, the reader knows",
  },
  reconciliation: {
    mayImport: ["market", "meter", "reader", "database", "failure", "time"],
    mayImportTypes: ["leap", "events"],
    instead: "take webhooks as `leap` reads them; what sweeps found, the outbox knows",
  },
  volue: {
    mayImport: ["market", "http", "database", "failure", "time"],
    instead: "send what is handed in, once; what it reports about belongs to the partner",
  },
  retention: {
    mayImport: ["database", "failure", "time"],
    instead: "remove what is old; whether it may be missed, the rows themselves say",
  },
  reader: {
    mayImport: ["database", "failure", "time"],
    instead: "read through the public views; other programs use this room without the rest",
  },
  library: {
    mayImport: ["reader", "database", "failure", "time"],
    instead: "other programs load this without the rest: ask the reader, and say what it answers",
  },
  schedule: {
    mayImport: ["failure"],
    mayImportTypes: ["log"],
    instead: "start the program with the arguments handed in; what a job does, the program itself knows",
  },
  metrics: {
    mayImport: ["time"],
    isPure: true,
    instead: "take facts as values; `cli` asks the reader and the clock",
  },
  report: {
    mayImport: ["time"],
    mayImportTypes: ["reader"],
    isPure: true,
    instead: "take facts as values; the reader asks the database, and aggregates",
  },
  heartbeat: {
    mayImport: ["failure", "time"],
    instead: "take a URL and an exit code; what a job does is its own business",
  },
  endpoint: {
    mayImport: ["failure"],
    instead: "take what a route needs as a function: the room knows HTTP alone",
  },
  simulator: {
    mayImport: ["failure", "time"],
    instead: "a simulated Leap shares no code with what it tests: write its own",
  },
  http: { mayImport: ["failure"], instead: cellar },
  database: { mayImport: ["failure"], instead: cellar },
  log: { mayImport: ["failure"], instead: cellar },
  failure: { mayImport: [], instead: cellar },
  time: { mayImport: ["failure"], isPure: true, instead: cellar },
};

/** What a pure room may use from outside of the house. */
export const purePackages: readonly string[] = [
  "node:crypto",
  "prom-client",
  "echarts/core",
  "echarts/charts",
  "echarts/components",
  "echarts/renderers",
  "preact",
  "preact-render-to-string",
];

/** Packages that touch the world, and the files that may. A room in `rooms` may as a whole. */
export const worldly: readonly {
  readonly packages: RegExp;
  readonly files: RegExp;
  readonly rooms: readonly string[];
  readonly instead: string;
}[] = [
  {
    packages: /^(got|undici|node:(http|https|http2|tls|dgram))$/,
    files: /(^|-)client\.ts$|-sink\.ts$/,
    rooms: ["endpoint", "simulator"],
    instead: "talk to the network in a file named http-client.ts, client.ts or *-sink.ts",
  },
  {
    packages: /^better-sqlite3$/,
    files: /^$/,
    rooms: ["database"],
    instead: "open SQLite files with openDatabase of `database`",
  },
  {
    packages: /^drizzle-orm\/sqlite-core$/,
    files: /\.table\.ts$/,
    rooms: [],
    instead: "define a table in a file named *.table.ts",
  },
];

/** Clock, chance and environment come in as arguments; these files are where they come from. */
export const ambient: readonly {
  readonly pattern: RegExp;
  readonly files: RegExp;
  readonly instead: string;
}[] = [
  {
    pattern: /\bprocess\.env\b/,
    files: /^src\/(main\.ts$|cli\/)/,
    instead: "take the value from the configuration; only `cli` and `main` look at the environment",
  },
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)/,
    files: /^src\/(main\.ts$|cli\/|simulator\/)/,
    instead: "take a Clock or an instant as an argument; `cli` makes the clock",
  },
  {
    pattern: /\bMath\.random\b/,
    files: /^src\/(main\.ts$|cli\/)/,
    instead: "take chance as an argument, so that a test can repeat it",
  },
];
