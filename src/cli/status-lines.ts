import type { Config } from "../config/index.ts";
import { toPollObstacle } from "../guard/index.ts";
import type { AcknowledgementStatus, ProofLook, SnapshotStatus } from "../reader/index.ts";
import { parseInstant } from "../time/index.ts";
import { formatAge } from "./durations.ts";
import { toFactLines, toTable } from "./formats.ts";
import { neutralise } from "./neutralise.ts";
import { describeProof } from "./proof-words.ts";
import { count, describeNumbers } from "./report-lines.ts";
import { type SinkRow, toSinkLines } from "./sink-rows.ts";

const overdueCountMax = 5;

/** What is told, and what came of it. */
export type SinkStatus = {
  readonly sinks: readonly SinkRow[];
  /** By the real clock, which retries follow. */
  readonly realNowMs: number;
  /** `null` where nobody acknowledges: then nothing is said of it. */
  readonly acknowledgement: AcknowledgementStatus | null;
  readonly proof: ProofLook;
};

/** How things stand, for people. */
export function toStatusLines(
  status: SnapshotStatus,
  config: Config,
  nowMs: number,
  { sinks, realNowMs, acknowledgement, proof }: SinkStatus,
): string {
  const { info, last_run: lastRun, counts } = status;
  const horizons = Object.entries(info?.horizons ?? {}).map(
    ([region, days]) => `${region} ${days.first}…${days.last}`,
  );
  const facts = toFactLines({
    database: config.databasePath,
    published: describeInstant(info?.published_at ?? null, nowMs) ?? "never",
    account: info === null ? null : `${info.account ?? "-"}, API ${info.api_version ?? "-"}`,
    meters: `${counts.meters} (${counts.dispatchable} dispatchable, ${counts.archived} archived)`,
    action_required: counts.action_required,
    missing: `${counts.missing}${counts.missing === 0 ? "" : ": `meter-sync meters --missing` lists them"}`,
    horizon: horizons.join(", ") || null,
    last_sequence: info?.last_sequence ?? null,
    ...((info?.first_sequence ?? 1) > 1 ? { events_from: info?.first_sequence } : {}),
    last_run: lastRun === null ? "none" : `${lastRun.status} at ${lastRun.started_at} (${lastRun.run_id})`,
    ...(lastRun?.error == null ? {} : { error: lastRun.error }),
    last_sweep: describeInstant(status.last_sweep, nowMs) ?? "none",
    ...describePolls(status, config, nowMs),
    held_run: describeHeldRun(status, nowMs),
    ...describeProof(proof),
  });
  const trips = (status.held_run?.trips ?? []).map(
    ({ rule, numbers }) => `  ${neutralise(`${rule}: ${describeNumbers(numbers)}`)}\n`,
  );
  const held = trips.length === 0 ? "" : `\nWhy a run is held back\n${trips.join("")}`;
  if (sinks.length === 0) return `${facts}${held}no sinks: nothing is delivered anywhere\n`;
  const acknowledged = acknowledgement === null ? "" : toAcknowledgementLines(acknowledgement, nowMs);
  return `${facts}${held}\n${toSinkLines(sinks, realNowMs)}${acknowledged}`;
}

/** What became of the remaps told, and the first of those that are overdue. */
function toAcknowledgementLines(status: AcknowledgementStatus, nowMs: number): string {
  const { told, delivered, applied, rejected, superseded, overdue, first_overdue: first } = status;
  const counts =
    `${told} told, ${delivered} delivered, ${applied} applied, ${rejected} rejected, ` +
    `${superseded} superseded, ${overdue} overdue`;
  if (overdue === 0) return `\nRemaps: ${counts}\n`;
  const rows = first.slice(0, overdueCountMax).map((remap) => ({
    sequence: remap.sequence,
    meter: remap.partner_reference ?? remap.meter_id,
    program: remap.program,
    effective_from: remap.effective_from,
    state: remap.state,
    overdue_for: formatAge(toAgeMs(remap.due_at, nowMs) ?? 0),
    reason: remap.reason,
  }));
  const title = overdue > rows.length ? `the first ${rows.length} of those overdue` : "those overdue";
  const columns = ["sequence", "meter", "program", "effective_from", "state", "overdue_for", "reason"];
  return `\nRemaps: ${counts}; ${title}\n${toTable(columns, rows)}`;
}

/**
 * Why a poll asked for now would be carried out as a sweep, in the words of the run that does it; `null`
 * where it would be a poll.
 */
export function describePollObstacle(
  { info, polls, held_run: held }: SnapshotStatus,
  { leap, pollTrustPercent }: Pick<Config, "leap" | "pollTrustPercent">,
): string | null {
  return toPollObstacle({
    apiVersion: leap.apiVersion,
    publishedApiVersion: info?.published_at == null ? null : info.api_version,
    heldRunId: held?.run_id ?? null,
    hasCursor: polls.cursor !== null,
    trustPercent: polls.last_audit?.trust_percent ?? null,
    trustPercentMin: pollTrustPercent,
  });
}

export function toAgeMs(instant: string | null, nowMs: number): number | null {
  return instant === null ? null : nowMs - (parseInstant(instant) ?? Number.NaN);
}

function describeInstant(instant: string | null, nowMs: number): string | null {
  const ageMs = toAgeMs(instant, nowMs);
  return ageMs === null ? null : `${instant} (${formatAge(ageMs)} ago)`;
}

/** Of polls nothing is said where there never was one. */
function describePolls(status: SnapshotStatus, config: Config, nowMs: number): Record<string, string> {
  const { last_poll: lastPoll, polls } = status;
  if (lastPoll === null && polls.last_audit === null) return {};
  const audit = polls.last_audit;
  const obstacle = describePollObstacle(status, config);
  return {
    last_poll: describeInstant(lastPoll, nowMs) ?? "none",
    poll_trust: audit === null ? "not audited yet: the next sweep does it" : describeAudit(audit, nowMs),
    ...(obstacle === null ? {} : { polls: `the next one would be a sweep: ${obstacle}` }),
  };
}

function describeAudit(audit: NonNullable<SnapshotStatus["polls"]["last_audit"]>, nowMs: number): string {
  const { polls, found, missed, trust_percent: trust } = audit;
  const verdict = trust === null ? "nothing changed to judge by" : `${trust} % of the changes`;
  const seen = `audited ${formatAge(toAgeMs(audit.audited_at, nowMs) ?? 0)} ago`;
  return `${verdict} (${seen}: ${count(polls, "poll")}, ${found} found, ${missed} missed)`;
}

function describeHeldRun({ held_run: held }: SnapshotStatus, nowMs: number): string {
  if (held === null) return "none";
  const since = describeInstant(held.finished_at ?? held.started_at, nowMs);
  return `${held.run_id}, since ${since}: look at \`meter-sync run held\`, then release or discard it`;
}
