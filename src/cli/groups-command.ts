import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { GroupDay, Reader } from "../reader/index.ts";
import { printListing, type Row, toJson, toTable } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { parseDateOption, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";

type GroupsOptions = { readonly tradeDate?: string; readonly limit?: number };

export function addGroupCommands(program: Command, act: Act): void {
  program
    .command("groups")
    .description("The market groups on each trade date of the horizon")
    .option("--trade-date <day>", "Only this trade date", parseDateOption)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupsExamples)
    .action(act(listGroups));
  program
    .command("group")
    .description("One market group: its size and its members by trade date")
    .argument("<id>", "the market group's id")
    .option("--trade-date <day>", "Only this trade date", parseDateOption)
    .option("--limit <count>", "At most so many members (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", groupExamples)
    .action(act(showGroup));
}

const groupsExamples = `
Examples:
  meter-sync groups
  meter-sync groups --trade-date 2026-11-01 --format csv`;

const groupExamples = `
Examples:
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11
  meter-sync group 6f1c2f0a-54d1-4b7c-9d58-7a6e0f3b9c11 --trade-date 2026-11-01 --format csv`;

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
  const { loadGroups } = await import("../reader/index.ts");
  await withReader(invocation, (reader) =>
    printListing(invocation.output, invocation.format, {
      columns: groupColumns,
      tableColumns: groupTableColumns,
      rows: loadGroups(reader, options.tradeDate ?? null, options.limit ?? -1),
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no groups on these trade dates",
    }),
  );
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
  const { loadGroup, loadGroupMembers } = await import("../reader/index.ts");
  await withReader(invocation, async (reader: Reader) => {
    const groupId = id.toLowerCase();
    const tradeDate = options.tradeDate ?? null;
    const days = loadGroup(reader, groupId, tradeDate);
    const [first] = days;
    if (first === undefined) {
      const when = tradeDate === null ? "in the horizon" : `on ${tradeDate}`;
      throw new Failure("usage", `no group ${id} with members ${when}: \`meter-sync groups\` lists them`);
    }
    const members = loadGroupMembers(reader, groupId, tradeDate, options.limit ?? -1);
    if (invocation.format === "json") return printGroup(invocation, first, days, members);
    if (invocation.format === "table") await printDays(invocation, first, days);
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

async function printDays({ output }: Invocation, group: GroupDay, days: readonly GroupDay[]): Promise<void> {
  const head = { market_group_name: group.market_group_name, market_group_id: group.market_group_id };
  await output.write(toTable(Object.keys(head), [head]));
  await output.write(
    `\n${toTable(["trade_date", "programs", "member_count", "version", "members_sha256"], days)}\n`,
  );
}

/** One object, its members written as they come: a group may be as large as the portfolio. */
async function printGroup(
  { output }: Invocation,
  group: GroupDay,
  days: readonly GroupDay[],
  members: Iterable<Row>,
): Promise<void> {
  const head = {
    market_group_id: group.market_group_id,
    market_group_name: group.market_group_name,
    version: group.version,
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
