import type { Command } from "commander";
import type { Config } from "../config/index.ts";
import { Failure } from "../failure/index.ts";
import type { AsOf, GroupAsOf, GroupDay, GroupMember, Reader } from "../reader/index.ts";
import { formatInstant } from "../time/index.ts";
import { type AsOfOptions, toAsOf, warnOfNothingKnown } from "./as-of.ts";
import { printListing, type Row, toChosen, toJson, toSelected, toTable } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseInstantOption, parseTradeDateOption, toCountParser } from "./option-values.ts";
import type { Output } from "./output.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { loadTradeDate } from "./trade-date.ts";

type GroupsOptions = AsOfOptions & { readonly limit?: number };

export function addGroupCommands(program: Command, act: Act): void {
  program
    .command("groups")
    .description("The market groups on each trade date of the horizon")
    .option("--trade-date <day>", "Only this trade date; or today, tomorrow", parseTradeDateOption)
    .option("--known-at <instant>", "What was known then of the trade date", parseInstantOption)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupsExamples)
    .action(act(listGroups));
  program
    .command("group")
    .description("One market group: its size and its members by trade date")
    .argument("<id>", "the market group's id")
    .option("--trade-date <day>", "Only this trade date; or today, tomorrow", parseTradeDateOption)
    .option("--known-at <instant>", "What was known then of the trade date", parseInstantOption)
    .option("--limit <count>", "At most so many members (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupExamples)
    .action(act(showGroup));
}

const daysHelp = `
Today and tomorrow are those of the clock in the market's own zone: of all regions, or of the group's members.
Where the last publication does not show that day, the exit code is 3; where it is not the same day in all
these regions, or nobody is in the group on it, 2.
`;

const groupsExamples = `${daysHelp}
Examples:
  meter-sync groups --trade-date tomorrow
  meter-sync groups --trade-date 2026-11-01 --format csv
  meter-sync groups --trade-date 2026-11-01 --known-at 2026-10-31T09:00:00Z`;

const groupExamples = `${daysHelp}
Examples:
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --trade-date tomorrow
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --trade-date 2026-11-01 --format csv
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --trade-date 2026-11-01 \\
    --known-at 2026-10-31T09:00:00Z`;

const groupColumns = [
  "trade_date",
  "market_group_id",
  "market_group_name",
  "programs",
  "member_count",
  "members_sha256",
  "version",
] as const;

const groupTableColumns = [
  "trade_date",
  "market_group_name",
  "market_group_id",
  "programs",
  "member_count",
  "version",
] as const;

async function listGroups(invocation: Invocation, asked: GroupsOptions): Promise<number> {
  const { loadGroups, loadGroupsAsOf } = await import("../reader/index.ts");
  const limit = asked.limit ?? -1;
  await withReader(invocation, async (reader, config) => {
    const options = await withDate(invocation, { reader, config }, asked, null);
    const asOf = toAsOf(options);
    if (asOf !== null) await warnOfNothingKnown(invocation, reader, asOf);
    await printListing(invocation.output, invocation.format, {
      columns: groupColumns,
      tableColumns: asOf === null ? groupTableColumns : groupTableColumns.slice(0, -1),
      rows:
        asOf === null
          ? loadGroups(reader, options.tradeDate ?? null, limit)
          : loadGroupsAsOf(reader, asOf, limit),
      tableRowCountMax: tableRowCount(options.limit),
      empty: asOf === null ? "no groups on these trade dates" : "no groups on this trade date, as known then",
    });
  });
  return 0;
}

/** The same options with the date that `today` or `tomorrow` means. */
async function withDate(
  invocation: Invocation,
  file: { readonly reader: Reader; readonly config: Config },
  options: GroupsOptions,
  group: string | null,
): Promise<GroupsOptions> {
  const { tradeDate: asked, knownAt } = options;
  if (asked === undefined) return options;
  const isAsOf = knownAt !== undefined;
  return { ...options, tradeDate: await loadTradeDate(invocation, file, asked, { group, isAsOf }) };
}

const memberColumns = [
  "trade_date",
  "program",
  "meter_id",
  "partner_reference",
  "transmission_region",
] as const;

async function showGroup(invocation: Invocation, asked: GroupsOptions, [id = ""]: readonly string[]) {
  await withReader(invocation, async (reader, config) => {
    const options = await withDate(invocation, { reader, config }, asked, id);
    const asOf = toAsOf(options);
    if (asOf !== null) await warnOfNothingKnown(invocation, reader, asOf);
    const { head, days, members } =
      asOf === null ? await loadNow(reader, id, options) : await loadThen(reader, id, asOf, options);
    const { output, format } = invocation;
    const listing = {
      columns: ["market_group_id", ...memberColumns],
      tableColumns: memberColumns,
      rows: members,
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no members",
    };
    // What the columns are chosen of is the members: the group itself is told as ever.
    const plain = toChosen(output, format, listing)?.output ?? output;
    if (format === "json") return printGroup(plain, head, days, toMembers(output, members));
    if (format === "table") await printDays(plain, head, days);
    return printListing(output, format, listing);
  });
  return 0;
}

/** A group by trade date, and what else is said of it beside. */
type Shown = {
  readonly head: Row & { readonly version: number | null };
  readonly days: readonly (GroupDay | GroupAsOf)[];
  readonly members: Iterable<GroupMember>;
};

async function loadNow(reader: Reader, id: string, { tradeDate, limit = -1 }: GroupsOptions): Promise<Shown> {
  const { loadGroup, loadGroupMembers } = await import("../reader/index.ts");
  const groupId = id.toLowerCase();
  const days = loadGroup(reader, groupId, tradeDate);
  const [first] = days;
  if (first === undefined) {
    const others = tradeDate === undefined ? [] : loadGroup(reader, groupId);
    throw toNotShown(id, tradeDate, others);
  }
  const { market_group_id, market_group_name, version } = first;
  const members = loadGroupMembers(reader, groupId, tradeDate, limit);
  return { head: { market_group_id, market_group_name, version }, days, members };
}

/** Days that not all regions of its members have are not shown: that nobody is in it does not follow. */
function toNotShown(id: string, date: string | undefined, others: readonly GroupDay[]): Failure {
  if (others.length === 0) {
    const when = date === undefined ? "in the horizon" : `on ${date}`;
    return new Failure("usage", `no group ${id} with members ${when}: \`meter-sync groups\` lists them`);
  }
  const dates = others.map((day) => day.trade_date).join(", ");
  return new Failure(
    "usage",
    `group ${id} is not shown with members on ${date}, but on ${dates}: \`--known-at\` with an instant ` +
      "asks about any trade date",
  );
}

async function loadThen(
  reader: Reader,
  id: string,
  asOf: AsOf,
  { limit = -1 }: GroupsOptions,
): Promise<Shown> {
  const { loadGroupAsOf, loadGroupMembersAsOf } = await import("../reader/index.ts");
  const day = loadGroupAsOf(reader, id, asOf);
  if (day === undefined) {
    throw new Failure(
      "usage",
      `no group ${id} was ever published: \`meter-sync groups\` with the same options lists those there were`,
    );
  }
  const { market_group_id, market_group_name, version } = day;
  const head = { market_group_id, market_group_name, version, known_at: formatInstant(asOf.knownAtMs) };
  return { head, days: [day], members: loadGroupMembersAsOf(reader, id, asOf, limit) };
}

async function printDays(output: Output, { version, ...head }: Shown["head"], days: Shown["days"]) {
  const columns = ["trade_date", "programs", "member_count", "version", "members_sha256"];
  const told = columns.filter((column) => column !== "version" || version !== null);
  const { market_group_name, ...others } = head;
  const named = { market_group_name, ...others };
  await output.write(toTable(Object.keys(named), [named], output.width));
  await output.write(`\n${toTable(told, days, output.width)}\n`);
}

function toMembers({ asked }: Output, members: Iterable<GroupMember>): Iterable<Row> {
  return toSelected(members, asked?.columns ?? memberColumns);
}

/** One object, its members written as they come: a group may be as large as the portfolio. */
async function printGroup(
  output: Output,
  group: Shown["head"],
  days: Shown["days"],
  members: Iterable<Row>,
): Promise<void> {
  const head = {
    ...group,
    trade_dates: days.map(({ trade_date, programs, member_count, members_sha256 }) => ({
      trade_date,
      programs,
      member_count,
      members_sha256,
    })),
  };
  await output.write(`${toJson(output, head).slice(0, -1)},"members":[`);
  let isFirst = true;
  for (const member of members) {
    if (output.isGone()) return;
    await output.write(`${isFirst ? "\n" : ",\n"}${toJson(output, member)}`);
    isFirst = false;
  }
  await output.write("\n]}\n");
}
