import { z } from "zod";

/** What a consumer says of one remap. */
export type AckReport = {
  readonly eventId: string;
  readonly outcome: "applied" | "rejected";
  readonly reason: string | null;
};

export type ParsedReports = {
  readonly reports: readonly AckReport[];
  /** What could not be read, one line each. */
  readonly problems: readonly string[];
};

/** Reports that one text may hold. */
export const reportCountMax = 10_000;

const reasonLengthMax = 2000;
const problemCountMax = 50;

/**
 * Reports as JSON (one, or an array) or NDJSON; an empty text has none, and that is no problem. Where there
 * are problems, each with the number of its report, the others are given all the same: whoever asks decides
 * whether to keep any.
 */
export function parseReports(text: string): ParsedReports {
  const documents = toDocuments(text);
  if (typeof documents === "string") return { reports: [], problems: [documents] };
  if (documents.length > reportCountMax) {
    const problem = `there are ${documents.length} reports: send at most ${reportCountMax} at once`;
    return { reports: [], problems: [problem] };
  }
  const reports: AckReport[] = [];
  const problems: string[] = [];
  for (const [index, document] of documents.entries()) {
    const read = document.isJson ? readReport(document.value) : "it is not JSON";
    if (typeof read !== "string") reports.push(read);
    else problems.push(`report ${index + 1}: ${read}`);
  }
  if (problems.length <= problemCountMax) return { reports, problems };
  const more = `and ${problems.length - problemCountMax} more like these`;
  return { reports, problems: [...problems.slice(0, problemCountMax), more] };
}

const reason = z
  .string({ error: "its reason is not a text" })
  .max(reasonLengthMax, { error: `its reason is longer than ${reasonLengthMax} characters` })
  .nullish();

const payload = z.looseObject(
  {
    payloadType: z.string({ error: "a payload of it has no payloadType" }),
    reason,
    values: z.unknown().optional(),
  },
  { error: "a payload of it is not an object" },
);

const report = z.looseObject(
  {
    eventId: z
      .string({ error: "it has no eventId, the id of the meter.group.remapped it is about" })
      .min(1, { error: "its eventId is empty" })
      .max(200, { error: "its eventId is longer than any of ours" }),
    reason,
    payloads: z
      .array(payload, { error: "it has no payloads, a list of at least one" })
      .min(1, { error: "its payloads are empty" })
      .max(100, { error: "it has more than 100 payloads" }),
  },
  { error: "it is not an object with eventId and payloads" },
);

const outcomes = { GroupRemapApplied: "applied", GroupRemapRejected: "rejected" } as const;
const accepted = Object.keys(outcomes).join(" or ");

/** One report, or what is wrong with it. */
function readReport(value: unknown): AckReport | string {
  const parsed = report.safeParse(value);
  if (!parsed.success) return [...new Set(parsed.error.issues.map(({ message }) => message))].join(", and ");
  const { eventId, payloads } = parsed.data;
  const said = new Set<AckReport["outcome"]>();
  for (const { payloadType } of payloads) {
    if (!isOutcome(payloadType)) {
      return `its payloadType ${JSON.stringify(payloadType.slice(0, 40))} is not ${accepted}`;
    }
    said.add(outcomes[payloadType]);
  }
  const [outcome, other] = said;
  if (outcome === undefined || other !== undefined) return "it says both that it was applied and rejected";
  const id = eventId.trim().toLowerCase();
  if (outcome === "applied") return { eventId: id, outcome, reason: null };
  const words = [...payloads.map((each) => each.reason), parsed.data.reason, ...payloads.map(toValueWords)];
  const told = words.map((text) => text?.trim()).find((text) => text !== undefined && text !== "") ?? null;
  if ((told?.length ?? 0) > reasonLengthMax) return `its reason is longer than ${reasonLengthMax} characters`;
  return { eventId: id, outcome, reason: told };
}

/** Where other reports have their numbers, a rejection may have its words. */
function toValueWords({ values }: { readonly values?: unknown }): string | null {
  const texts = (Array.isArray(values) ? values : [values]).filter((value) => typeof value === "string");
  return texts.length === 0 ? null : texts.join("; ");
}

function isOutcome(payloadType: string): payloadType is keyof typeof outcomes {
  return Object.hasOwn(outcomes, payloadType);
}

type Document = { readonly isJson: true; readonly value: unknown } | { readonly isJson: false };

/** What the text holds, or why nothing can be told apart in it. */
function toDocuments(text: string): readonly Document[] | string {
  const body = text.replace(/^\uFEFF/, "").trim();
  if (body === "") return [];
  const whole = parseJson(body);
  if (whole.isJson) {
    const list: readonly unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value];
    return list.map((value) => ({ isJson: true, value }));
  }
  const lines = body.split(/\r?\n/).filter((line) => line.trim() !== "");
  const documents = lines.map(parseJson);
  // A list or an object that was cut off: what is wrong with its single lines helps nobody.
  if (!documents.some((each) => each.isJson && typeof each.value === "object"))
    return "it is neither JSON (a report, or a list) nor a report a line";
  return documents;
}

function parseJson(text: string): Document {
  try {
    return { isJson: true, value: JSON.parse(text) as unknown };
  } catch {
    return { isJson: false };
  }
}
