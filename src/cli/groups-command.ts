import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { AsOf, GroupAsOf, GroupDay, GroupMember, Reader } from "../reader/index.ts";
import { formatInstant } from "../time/index.ts";
import { type AsOfOptions, toAsOf, warnOfNothingKnown } from "./as-of.ts";
import { printListing, type Row, toJson, toTable } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseDateOption, parseInstantOption, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";

type GroupsOptions = AsOfOptions & { readonly limit?: number };

export function addGroupCommands(program: Command, act: Act): void {
  program
    .command("groups")
    .description("The market groups on each trade date of the horizon")
    .option("--trade-date <day>", "Only this trade date", parseDateOption)
    .option("--known-at <instant>", "What was known then of the trade date", parseInstantOption)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupsExamples)
    .action(act(listGroups));
  program
    .command("group")
    .description("One market group: its size and its members by trade date")
    .argument("<id>", "the market group's id")
    .option("--trade-date <day>", "Only this trade date", parseDateOption)
    .option("--known-at <instant>", "What was known then of the trade date", parseInstantOption)
    .option("--limit <count>", "At most so many members (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupExamples)
    .action(act(showGroup));
}

const groupsExamples = `
Examples:
  meter-sync groups
  meter-sync groups --trade-date 2026-11-01 --format csv
  meter-sync groups --trade-date 2026-11-01 --known-at 2026-10-31T09:00:00Z`;

const groupExamples = `
Examples:
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11
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

async function listGroups(invocation: Invocation, options: GroupsOptions): Promise<number> {
  const { loadGroups, loadGroupsAsOf } = await import("../reader/index.ts");
  const asOf = toAsOf(options);
  const limit = options.limit ?? -1;
  await withReader(invocation, async (reader) => {
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

const memberColumns = [
  "trade_date",
  "program",
  "meter_id",
  "partner_reference",
  "transmission_region",
] as const;

async function showGroup(invocation: Invocation, options: GroupsOptions, [id = ""]: readonly string[]) {
  const asOf = toAsOf(options);
  await withReader(invocation, async (reader: Reader) => {
    if (asOf !== null) await warnOfNothingKnown(invocation, reader, asOf);
    const { head, days, members } =
      asOf === null ? await loadNow(reader, id, options) : await loadThen(reader, id, asOf, options);
    if (invocation.format === "json") return printGroup(invocation, head, days, members);
    if (invocation.format === "table") await printDays(invocation, head, days);
    return printListing(invocation.output, invocation.format, {
      columns: ["market_group_id", ...memberColumns],
      tableColumns: memberColumns,
      rows: members,
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no members",
    });
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
    const when = tradeDate === undefined ? "in the horizon" : `on ${tradeDate}`;
    throw new Failure("usage", `no group ${id} with members ${when}: \`meter-sync groups\` lists them`);
  }
  const { market_group_id, market_group_name, version } = first;
  const members = loadGroupMembers(reader, groupId, tradeDate, limit);
  return { head: { market_group_id, market_group_name, version }, days, members };
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

async function printDays({ output }: Invocation, { version, ...head }: Shown["head"], days: Shown["days"]) {
  const columns = ["trade_date", "programs", "member_count", "version", "members_sha256"];
  const told = columns.filter((column) => column !== "version" || version !== null);
  const { market_group_name, ...others } = head;
  const named = { market_group_name, ...others };
  await output.write(toTable(Object.keys(named), [named]));
  await output.write(`\n${toTable(told, days)}\n`);
}

/** One object, its members written as they come: a group may be as large as the portfolio. */
async function printGroup(
  { output }: Invocation,
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
  for (const { trade_date, program, meter_id, partner_reference, transmission_region } of members) {
    if (output.isGone()) return;
    const member = { trade_date, program, meter_id, partner_reference, transmission_region };
    await output.write(`${isFirst ? "\n" : ",\n"}${toJson(output, member)}`);
    isFirst = false;
  }
  await output.write("\n]}\n");
}
