import type { Command } from "commander";
import { Failure } from "../failure/index.ts";
import type { DeadLetter, DeadLetterRow, Reader } from "../reader/index.ts";
import { describeChange } from "./change-words.ts";
import { printListing, printRecord, toFactLines } from "./formats.ts";
import type { Act, Invocation } from "./invocation.ts";
import { neutraliseJson } from "./neutralise.ts";
import { collect, toCountParser } from "./option-values.ts";
import { tableRowCount, withReader } from "./reading.ts";
import { count } from "./report-lines.ts";
import type { DropOptions, ResendOptions } from "./sink-decision.ts";
import { toSinkName } from "./sink-rows.ts";

type ListOptions = { readonly sink?: string; readonly type?: readonly string[]; readonly limit?: number };

export function addDeadLetterCommands(program: Command, act: Act): void {
  program
    .command("dead-letters")
    .description("Events that a sink refused, set aside for a person to decide on")
    .option("--sink <name>", "Only those of this sink")
    .option("--type <type>", "Only this type; may end in *, and be given several times", collect)
    .option("--limit <count>", "At most so many (a table shows 50 unless told)", toCountParser(1))
    .addHelpText("after", listExamples)
    .action(act(listDeadLetters));
  program
    .command("dead-letter")
    .description("One of them: what its receiver answered last, and the event")
    .argument("<sequence>", "the event's sequence")
    .option("--sink <name>", "Of this sink, where several refused it")
    .addHelpText("after", showExamples)
    .action(act(showDeadLetter));
  addDecisions(program, act);
}

function addDecisions(program: Command, act: Act): void {
  program
    .command("resend")
    .description("Send dead letters again, and what waits behind them once they are taken")
    .argument("<sequences...>", "sequences of dead letters, or `all`")
    .option("--sink <name>", "Only to this sink")
    .option("--later", "Leave the sending to the next run or `deliver`")
    .addHelpText("after", resendExamples)
    .action(
      act<ResendOptions>(async (invocation, options, parameters) => {
        const { runResend } = await import("./sink-decision.ts");
        return runResend(invocation, options, parameters);
      }),
    );
  program
    .command("drop")
    .description("Give dead letters up for good: what waits behind them becomes due")
    .argument("<sequences...>", "sequences of dead letters, or `all`")
    .option("--sink <name>", "Only those of this sink")
    .addHelpText("after", dropExamples)
    .action(
      act<DropOptions>(async (invocation, options, parameters) => {
        const { runDrop } = await import("./sink-decision.ts");
        return runDrop(invocation, options, parameters);
      }),
    );
}

const listExamples = `
Later events of the same meter or group wait behind a dead letter; all others flow.

Examples:
  meter-sync dead-letters
  meter-sync dead-letters --sink ems --type 'meter.group.*'`;

const showExamples = `
Examples:
  meter-sync dead-letter 1204
  meter-sync dead-letter 1204 --sink ems --format json | jq .event`;

const resendExamples = `
Examples:
  meter-sync resend 1204 1310
  meter-sync resend all --sink ems --later`;

const dropExamples = `
Examples:
  meter-sync drop 1204 --sink ems
  meter-sync drop all --sink ems`;

const columns = [
  "sink",
  "sequence",
  "type",
  "subject",
  "partitionkey",
  "set_aside_at",
  "attempts",
  "status",
  "error",
  "waiting",
] as const;

const tableColumns = [
  "sequence",
  "sink",
  "type",
  "subject",
  "set_aside_at",
  "attempts",
  "status",
  "waiting",
  "error",
] as const;

async function listDeadLetters(invocation: Invocation, options: ListOptions): Promise<number> {
  const { loadDeadLetters } = await import("../reader/index.ts");
  await withReader(invocation, async (reader) => {
    const sink = await toRegistered(reader, options.sink);
    const filter = {
      ...(sink === null ? {} : { sink }),
      ...(options.type === undefined ? {} : { types: options.type }),
      ...(options.limit === undefined ? {} : { limit: options.limit }),
    };
    await printListing(invocation.output, invocation.format, {
      columns,
      tableColumns,
      rows: loadDeadLetters(reader, filter),
      tableRowCountMax: tableRowCount(options.limit),
      empty: "no dead letters",
    });
  });
  return 0;
}

async function showDeadLetter(
  invocation: Invocation,
  options: { readonly sink?: string },
  [asked = ""]: readonly string[],
): Promise<number> {
  await withReader(invocation, async (reader) => {
    const letter = await loadOne(reader, asked, await toRegistered(reader, options.sink));
    const { output, format } = invocation;
    if (format === "table") return output.write(toDeadLetterLines(letter));
    return printRecord(output, format, { ...letter, event: JSON.parse(letter.event) as unknown });
  });
  return 0;
}

async function loadOne(reader: Reader, asked: string, sink: string | null): Promise<DeadLetter> {
  const { loadDeadLetter } = await import("../reader/index.ts");
  const sequence = /^\d{1,19}$/.test(asked) ? Number(asked) : 0;
  const letters = loadDeadLetter(reader, sequence).filter((each) => sink === null || each.sink === sink);
  const [letter] = letters;
  if (letter === undefined) {
    throw new Failure(
      "usage",
      `no dead letter ${asked}${sink === null ? "" : ` of ${sink}`}: \`meter-sync dead-letters\` lists them`,
    );
  }
  if (letters.length > 1) {
    const names = letters.map((each) => each.sink).join(", ");
    throw new Failure("usage", `${letters.length} sinks refused ${asked}: say which with --sink: ${names}`);
  }
  return letter;
}

/** One dead letter for people. What its receiver answered is foreign text, and so is the event. */
export function toDeadLetterLines({ event, ...facts }: DeadLetter): string {
  const parsed = JSON.parse(event) as unknown;
  const words = toFactLines({ ...facts, what: describeChange(parsed) });
  return `${words}\nThe event\n${neutraliseJson(JSON.stringify(parsed, null, 2))}\n${toNext(facts)}`;
}

function toNext({ sequence, sink, waiting }: DeadLetterRow): string {
  const behind = waiting === 0 ? "" : `, with ${count(waiting, "later event")} of its key behind it`;
  return `
It waits for a person${behind}.
  once its receiver takes it   meter-sync resend ${sequence} --sink ${sink}
  to give it up for good       meter-sync drop ${sequence} --sink ${sink}
`;
}

/** The sink that is meant, by a name that is in the database. */
async function toRegistered(reader: Reader, asked: string | undefined): Promise<string | null> {
  if (asked === undefined) return null;
  const { loadSinkNames } = await import("../reader/index.ts");
  return toSinkName(asked, loadSinkNames(reader));
}
