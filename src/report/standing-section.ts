import { type ComponentChildren, h, type JSX } from "preact";
import type { ReportFacts, RunRow } from "../reader/index.ts";
import { Foreign, None, proseLengthMax } from "./foreign-text.ts";
import { Instant } from "./instant.ts";
import { SinkTable, toOverdueTable } from "./standing-tables.ts";
import { toTable } from "./table.ts";
import { Day, formatCount, formatDistance, formatShare } from "./wording.ts";

/** How things stand: the counts in large figures, then where all of it comes from and where it goes. */
export function StandingSection({ facts }: { facts: ReportFacts }): JSX.Element {
  const { status, acknowledgement } = facts;
  return h(
    "div",
    null,
    h(Counts, { facts }),
    h("h3", null, "What this is a report of"),
    h(Origin, { facts }),
    status.held_run === null ? null : h(HeldRunDetails, { facts }),
    h("h3", null, "The last run"),
    status.last_run === null
      ? h("p", { class: "empty" }, "No run has begun yet.")
      : h(LastRun, { run: status.last_run }),
    h("h3", null, "Where changes go"),
    h(SinkTable, { sinks: status.sinks }),
    h("h3", null, "What became of the remaps told"),
    h(Acknowledgement, { facts }),
    acknowledgement.first_overdue.length === 0 ? null : toOverdueTable(acknowledgement),
  );
}

export type Pair = readonly [name: string, value: ComponentChildren];

/** Names and values, side by side. */
export function toPairs(pairs: readonly Pair[], kind: "tiles" | "pairs" = "pairs"): JSX.Element {
  const rows = pairs.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value)));
  return h("dl", { class: kind }, rows);
}

function Counts({ facts }: { facts: ReportFacts }): JSX.Element {
  const { counts, info } = facts.status;
  const published = info?.published_at ?? null;
  const share = (part: number): JSX.Element =>
    h("span", null, h("b", null, formatCount(part)), h("small", null, formatShare(part, counts.meters)));
  const age = published === null ? "never" : formatDistance(published, facts.generated_at);
  const at = h("small", null, published === null ? "" : "this report, ", h(Instant, { at: published }));
  return toPairs(
    [
      ["Published", h("span", null, h("b", null, age), at)],
      ["Meters", h("span", null, h("b", null, formatCount(counts.meters)), h("small", null, "in all"))],
      ["Active", share(counts.dispatchable)],
      ["Action required", share(counts.action_required)],
      ["Missing", share(counts.missing)],
      ["Archived", share(counts.archived)],
    ],
    "tiles",
  );
}

function Origin({ facts: { status, generated_at } }: { facts: ReportFacts }): JSX.Element {
  const { info, polls } = status;
  const audit = polls.last_audit;
  const horizons = Object.entries(info?.horizons ?? {});
  const pairs = toPairs([
    ["Account", h(Foreign, { text: info?.account ?? null })],
    ["Leap's API", h(Foreign, { text: info?.api_version ?? null })],
    ["Report made at", h(Instant, { at: generated_at })],
    ["Last sweep published", h(Instant, { at: status.last_sweep })],
    ["Last poll published", h(Instant, { at: status.last_poll })],
    ["The next poll begins at", h(Instant, { at: polls.cursor })],
    ["Last audit of polls", audit === null ? h(None, {}) : h(Audit, { audit })],
    ["Change events", info === null ? h(None, {}) : toEventRange(info)],
    ["History known from", info === null ? h(None, {}) : toHistory(info)],
    ["Stream", info === null ? h(None, {}) : h("code", null, info.stream_id)],
  ]);
  if (horizons.length === 0) return pairs;
  const table = toTable({
    id: "horizons",
    caption: "The horizon: the trade dates that are looked at, by region",
    columns: [
      { head: "Region", cell: ([region]) => h(Foreign, { text: region }) },
      { head: "First trade date", cell: ([, { first }]) => h(Day, { day: first }) },
      { head: "Last trade date", cell: ([, { last }]) => h(Day, { day: last }) },
    ],
    rows: horizons,
  });
  return h("div", null, pairs, table);
}

type Info = NonNullable<ReportFacts["status"]["info"]>;

function toEventRange({ first_sequence, last_sequence }: Info): string {
  if (last_sequence < first_sequence) return "none yet";
  return `${formatCount(first_sequence)} to ${formatCount(last_sequence)}`;
}

function toHistory({ history_known_from, history_gone_through }: Info): JSX.Element {
  const from = history_known_from === null ? "the first publication" : h(Instant, { at: history_known_from });
  if (history_gone_through === null) return h("span", null, from);
  return h("span", null, from, ", for trade dates after ", h(Day, { day: history_gone_through }));
}

function Audit({ audit }: { audit: NonNullable<ReportFacts["status"]["polls"]["last_audit"]> }): JSX.Element {
  const { audited_at, polls, found, missed, trust_percent } = audit;
  const trust = trust_percent === null ? "" : `; polls find ${formatCount(trust_percent)} % of all changes`;
  const counts = `${formatCount(polls)} polls found ${formatCount(found)}, missed ${formatCount(missed)}`;
  return h("span", null, h(Instant, { at: audited_at }), ": ", counts, trust);
}

/** Why it was held back, rule by rule, and what decides. */
function HeldRunDetails({ facts }: { facts: ReportFacts }): JSX.Element | null {
  const held = facts.status.held_run;
  if (held === null) return null;
  return h(
    "div",
    { class: "held" },
    h("h3", null, "The run that is held back"),
    h(LastRun, { run: held }),
    toTable({
      id: "trips",
      caption: "The rules that hold it back",
      columns: [
        { head: "Rule", cell: ({ rule }) => h(Foreign, { text: rule }) },
        {
          head: "Why",
          isProse: true,
          cell: ({ explanation }) => h(Foreign, { text: explanation, max: proseLengthMax }),
        },
        {
          head: "Numbers",
          cell: ({ numbers }) =>
            Object.entries(numbers).map(([name, value]) =>
              h("div", null, h(Foreign, { text: name }), ` ${formatCount(value)}`),
            ),
        },
      ],
      rows: held.trips,
    }),
    h(
      "p",
      null,
      h("code", null, "meter-sync run held"),
      " shows the plan and its checksum; then ",
      h("code", null, "meter-sync release"),
      " publishes it, and ",
      h("code", null, "meter-sync discard"),
      " drops it.",
    ),
  );
}

function LastRun({ run }: { run: RunRow }): JSX.Element {
  return toPairs([
    ["Status", h(Foreign, { text: run.status })],
    ["Mode", h(Foreign, { text: run.mode })],
    ["Started", h(Instant, { at: run.started_at })],
    ["Finished", h(Instant, { at: run.finished_at })],
    ["Certified complete", run.is_certified ? "yes" : "no"],
    ["Meters returned", run.meters_returned === null ? "unknown" : formatCount(run.meters_returned)],
    ["Changes", run.change_count === null ? "unknown" : formatCount(run.change_count)],
    ["Error", h(Foreign, { text: run.error, max: proseLengthMax })],
    ["Run", h("code", null, run.run_id)],
  ]);
}

function Acknowledgement({ facts }: { facts: ReportFacts }): JSX.Element {
  const { acknowledgement: counts, acknowledged_by } = facts;
  if (acknowledged_by.length === 0) {
    const why = "Not known: by the settings it was made with, no sink reports back (METER_SYNC_SINKS, ";
    return h("p", { class: "empty" }, why, "METER_SYNC_ACKNOWLEDGED_BY). Overdue remaps are not looked for.");
  }
  const told = counts.told + counts.delivered + counts.applied + counts.rejected + counts.superseded;
  if (told === 0) {
    return h("p", { class: "empty" }, "No remap is waited for: none was told to a sink that reports back.");
  }
  return toPairs([
    ["Told, not yet delivered", formatCount(counts.told)],
    ["Delivered, no report yet", formatCount(counts.delivered)],
    ["Applied", formatCount(counts.applied)],
    ["Rejected", formatCount(counts.rejected)],
    ["Superseded", formatCount(counts.superseded)],
    ["Overdue", h(counts.overdue > 0 ? "strong" : "span", null, formatCount(counts.overdue))],
  ]);
}
