import type { Chance } from "./chance.ts";
import { meterId } from "./documents.ts";
import { shuffle } from "./random-portfolio.ts";
import type { Answer, Asked, ScriptedLeap } from "./scripted-leap.ts";

type Rewrite = (asked: Asked, answer: Answer) => Answer | undefined;
type Row = Readonly<Record<string, unknown>>;

/**
 * What a run with a fault must come to. `survived`: as if it were not there. `fails`: nothing is published.
 * `shown`: what was returned, and found by id, counts.
 */
type Outcome = "survived" | "fails" | "shown";

/** Faults that every try again mends. */
const passing = {
  throttled: (chance) => {
    const slow = { status: 429, body: { title: "slow" }, headers: { "retry-after": "0" } };
    return onceEach((asked) => (chance.hits(0.4) && asked.path !== "" ? slow : undefined));
  },
  failing: (chance) => onceEach(() => (chance.hits(0.4) ? { status: 500, body: "an error" } : undefined)),
  "gateway page": (chance) => onceEach(() => (chance.hits(0.4) ? toHtml(502) : undefined)),
  cut: (chance) =>
    onceEach((_, answer) =>
      chance.hits(0.4) ? { ...answer, cutAfterBytes: 1 + chance.below(200) } : undefined,
    ),
  "expired token": () => {
    const windows = new Set<string>();
    return (asked) => {
      const { page_token: token, ...rest } = asked.body;
      const window = JSON.stringify(rest);
      if (token === undefined || isById(asked) || windows.has(window)) return undefined;
      windows.add(window);
      return { status: 410, body: { title: "this token has expired" } };
    };
  },
  "short pages": (chance, leap) => {
    leap.pageSizeMax = 1 + chance.below(3);
    return () => undefined;
  },
} satisfies Record<string, (chance: Chance, leap: ScriptedLeap) => Rewrite>;

/** Faults with which nothing can be published. */
const failing = {
  "html for a page": () => firstSearch((asked) => (isAudit(asked) ? undefined : toHtml(200))),
  "repeated token": () =>
    everySearch((asked, answer) => {
      const { page_token: token } = asked.body;
      if (token === undefined || isAudit(asked)) return undefined;
      return withRows(answer, (rows) => rows, String(token));
    }),
  down: () => () => ({ status: 503, body: { title: "down" } }),
  refused: () => () => ({ status: 403, body: { title: "no" } }),
} satisfies Record<string, () => Rewrite>;

/** Faults that look like a portfolio that is another one. */
const lying = {
  "moving between pages": (chance, leap) =>
    everySearch(() => {
      leap.entries = shuffle(chance, leap.entries);
      return undefined;
    }),
  "missing token": () =>
    firstSearch((_, answer) =>
      toToken(answer) === null ? undefined : withRows(answer, (rows) => rows, null),
    ),
  "empty page": () => firstSearch((_, answer) => withRows(answer, () => [], null)),
  empty: () => everySearch((_, answer) => withRows(answer, () => [], null)),
  half: () => everySearch((_, answer) => toHalf(answer)),
  "vanished region": (chance) => {
    const gone = chance.pick(["CAISO", "NYISO"]);
    const isLeft = (row: Row) => row.transmission_region !== gone;
    return everySearch((_, answer) => withRows(answer, (rows) => rows.filter(isLeft)));
  },
  ungrouped: () => everySearch((_, answer) => withRows(answer, (rows) => rows.map(ungroup))),
  "another account": (_, leap) => {
    leap.entries = leap.entries.map((entry) => ({ ...entry, document: rename(entry.document as Row) }));
    return () => undefined;
  },
  "answers without ids": () =>
    firstSearch((_, answer) => withRows(answer, (rows) => rows.map(({ meter_id: _id, ...row }) => row))),
  "blind to ids": () => (asked, answer) => (isById(asked) ? toNothing(asked) : toHalf(answer)),
  "no answer by id": () => (asked, answer) =>
    isById(asked) ? { status: 500, body: "an error" } : toHalf(answer),
} satisfies Record<string, (chance: Chance, leap: ScriptedLeap) => Rewrite>;

const faults = { ...passing, ...failing, ...lying };

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];

/** A fault in place, and how often it struck. */
export type Fault = { readonly name: FaultName; readonly outcome: Outcome; readonly strikes: () => number };

/** Puts a fault in place; it stays until `removeFault`. */
export function installFault(leap: ScriptedLeap, name: FaultName, chance: Chance): Fault {
  let strikes = 0;
  const rewrite = faults[name](chance, leap);
  leap.rewrite = (asked, answer) => {
    const changed = rewrite(asked, answer);
    if (changed !== undefined) strikes += 1;
    return changed;
  };
  const outcome = name in passing ? "survived" : name in failing ? "fails" : "shown";
  return { name, outcome, strikes: () => strikes };
}

export function removeFault(leap: ScriptedLeap): void {
  leap.rewrite = null;
  leap.pageSizeMax = 500;
}

export function isById({ method, body }: Asked): boolean {
  return method === "GET" || body.meter_ids !== undefined;
}

/** What was modified is asked for by polls, and beside a sweep, which does without the answer. */
function isAudit({ body }: Asked): boolean {
  return body.last_modified_date_time !== undefined || body.date_last_modified !== undefined;
}

/** Strikes the same question once: asked again, it is answered. */
function onceEach(strike: Rewrite): Rewrite {
  const seen = new Set<string>();
  return (asked, answer) => {
    const key = JSON.stringify([asked.path, asked.body]);
    if (seen.has(key)) return undefined;
    seen.add(key);
    return strike(asked, answer);
  };
}

function everySearch(strike: Rewrite): Rewrite {
  return (asked, answer) => (isById(asked) ? undefined : strike(asked, answer));
}

/** Strikes the first first page it can that holds anything. */
function firstSearch(strike: Rewrite): Rewrite {
  let isOver = false;
  return everySearch((asked, answer) => {
    if (isOver || asked.body.page_token !== undefined || toRows(answer).length === 0) return undefined;
    const changed = strike(asked, answer);
    isOver = changed !== undefined;
    return changed;
  });
}

type Page = { readonly meters?: Row[]; readonly results?: Row[]; readonly next_page_token?: string | null };

function toToken({ body }: Answer): string | null {
  return (body as Page).next_page_token ?? null;
}

function toRows({ body }: Answer): Row[] {
  const page = body as Page;
  return page.meters ?? page.results ?? [];
}

function toHalf(answer: Answer): Answer {
  return withRows(answer, (rows) => rows.filter(isEven));
}

function withRows(answer: Answer, change: (rows: Row[]) => Row[], token = toToken(answer)): Answer {
  const page = answer.body as Page;
  const rows = change(toRows(answer));
  const list = page.meters === undefined ? { results: rows } : { meters: rows };
  return { ...answer, body: token === null ? list : { ...list, next_page_token: token } };
}

/** No meter is known by any id. */
function toNothing({ method }: Asked): Answer {
  return method === "GET"
    ? { status: 404, body: { title: "no such meter", status: 404 } }
    : { status: 200, body: { meters: [] } };
}

function toHtml(status: number): Answer {
  const raw = "<html><body>This page is being worked on.</body></html>";
  return { status, body: null, raw, headers: { "content-type": "text/html" } };
}

function isEven(row: Row): boolean {
  return /[02468]$/.test(String(row.meter_id));
}

/** The same portfolio, of which nobody has ever heard. */
function rename(row: Row): Row {
  if (row.meter_id === undefined) return row;
  return { ...row, meter_id: meterId(500_000 + Number(String(row.meter_id).slice(-12))) };
}

function ungroup(row: Row): Row {
  if ("participation" in row) return Array.isArray(row.participation) ? { ...row, participation: [] } : row;
  if (!Array.isArray(row.program_enrollment)) return row;
  const rows = row.program_enrollment.map(({ market_group_id: _, market_group_name: __, ...rest }) => rest);
  return { ...row, program_enrollment: rows };
}
