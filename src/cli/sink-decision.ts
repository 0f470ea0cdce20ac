import type { Config } from "../config/index.ts";
import { dropDeadLetters, enableSink, resendDeadLetters } from "../delivery/index.ts";
import { Failure } from "../failure/index.ts";
import { type DeadLetterRow, loadDeadLetters, loadSinkNames, toReader } from "../reader/index.ts";
import { assertSinks, type DeliverySession, withDeliverySession } from "./delivery-session.ts";
import { printRecord, type Row } from "./formats.ts";
import type { Invocation } from "./invocation.ts";
import { count } from "./report-lines.ts";
import { deliverAndPrint } from "./run-deliver.ts";
import { toSinkName } from "./sink-rows.ts";

export type DropOptions = { readonly sink?: string };
export type ResendOptions = DropOptions & { readonly later?: boolean };

/** The command `enable`: a sink is sent to again. */
export async function runEnable(invocation: Invocation, [asked = ""]: readonly string[]): Promise<number> {
  const config = await invocation.loadConfig();
  return withDeliverySession(invocation, config, { isPatient: true }, async ({ database }) => {
    const name = toSinkName(asked, loadSinkNames(toReader(database)));
    enableSink(database, name);
    const words = `${name} is sent to again: \`meter-sync deliver\` does it now, the next run otherwise\n`;
    await print(invocation, { sink: name, is_enabled: true }, words);
    return 0;
  });
}

/** The command `resend`: dead letters become due again, and what is due is delivered. */
export async function runResend(
  invocation: Invocation,
  options: ResendOptions,
  parameters: readonly string[],
): Promise<number> {
  const sequences = parseSequences(parameters);
  const config = await invocation.loadConfig();
  if (options.later !== true) assertSinks(config);
  return withDeliverySession(invocation, config, { isPatient: true }, async (session) => {
    const { database } = session;
    const { sink, letters } = toChosen(session, options, sequences);
    if (options.later !== true) assertConfigured(config, letters);
    const resent = resendDeadLetters(database, { sink, sequences });
    const due = resent === 1 ? "is due again" : "are due again";
    if (options.later !== true) {
      const before = { record: { resent }, words: `${count(resent, "event")} ${due}\n` };
      return deliverAndPrint(invocation, session, before);
    }
    await print(
      invocation,
      { resent },
      `${count(resent, "event")} ${due}: \`meter-sync deliver\` sends now, the next run otherwise\n`,
    );
    return 0;
  });
}

/** What is sent again at once needs somewhere to go. */
function assertConfigured({ sinks }: Config, letters: readonly DeadLetterRow[]): void {
  const names = sinks.map(({ name }) => name);
  const lost = letters.find(({ sink }) => !names.includes(sink));
  if (lost === undefined) return;
  throw new Failure(
    "usage",
    `cannot send ${lost.sequence} again: ${lost.sink} is not among METER_SYNC_SINKS; add it, or drop what ` +
      "it refused",
  );
}

/** The command `drop`: dead letters are given up, and what waited behind them is due. */
export async function runDrop(
  invocation: Invocation,
  options: DropOptions,
  parameters: readonly string[],
): Promise<number> {
  const sequences = parseSequences(parameters);
  const config = await invocation.loadConfig();
  return withDeliverySession(invocation, config, { isPatient: true }, async (session) => {
    const { sink, letters } = toChosen(session, options, sequences);
    const released = letters.reduce((sum, letter) => sum + letter.waiting, 0);
    const dropped = dropDeadLetters(session.database, { sink, sequences });
    await print(invocation, { dropped, released }, toDropLines(dropped, released));
    return 0;
  });
}

function toDropLines(dropped: number, released: number): string {
  if (dropped === 0) return "no dead letters: nothing was dropped\n";
  const behind =
    released === 0
      ? "nothing waited behind"
      : `${count(released, "event")} that waited behind now due: \`meter-sync deliver\` sends them`;
  return (
    `${count(dropped, "event")} dropped for good; ${behind}\n` +
    "a consumer that keeps groups from events alone lacks what was dropped: let it start again from the " +
    "views\n"
  );
}

/** `all`, or sequences. Throws a `Failure` for anything else. */
export function parseSequences(words: readonly string[]): readonly number[] | "all" {
  if (words.length === 1 && words[0] === "all") return "all";
  const sequences = words.map((word) => (/^\d{1,19}$/.test(word) ? Number(word) : 0));
  if (sequences.every((sequence) => sequence > 0 && Number.isSafeInteger(sequence))) return sequences;
  throw new Failure(
    "usage",
    "it takes sequence numbers, as `meter-sync dead-letters` lists them, or the one word all",
  );
}

/** The dead letters that are meant; each that is named must be one. */
function toChosen(
  { database }: DeliverySession,
  { sink: asked }: DropOptions,
  sequences: readonly number[] | "all",
): { readonly sink: string | null; readonly letters: readonly DeadLetterRow[] } {
  const reader = toReader(database);
  const sink = asked === undefined ? null : toSinkName(asked, loadSinkNames(reader));
  const letters = [...loadDeadLetters(reader, sink === null ? {} : { sink })].filter(
    ({ sequence }) => sequences === "all" || sequences.includes(sequence),
  );
  const unknown = sequences === "all" ? [] : sequences.filter((each) => !isAmong(letters, each));
  if (unknown.length === 0) return { sink, letters };
  throw new Failure(
    "usage",
    `no dead letter ${unknown.join(", ")}${sink === null ? "" : ` of ${sink}`}: nothing was changed; ` +
      "`meter-sync dead-letters` lists them",
  );
}

function isAmong(letters: readonly DeadLetterRow[], sequence: number): boolean {
  return letters.some((letter) => letter.sequence === sequence);
}

async function print({ output, format }: Invocation, record: Row, words: string): Promise<void> {
  if (format === "table") await output.write(words);
  else await printRecord(output, format, record);
}
