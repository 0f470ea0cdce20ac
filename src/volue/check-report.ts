import { checkAcknowledgement } from "./check-acknowledgement.ts";
import { checkSeries } from "./check-series.ts";
import { checkTime } from "./check-time.ts";
import type { VolueEvent } from "./event.ts";
import { type Findings, openFindings } from "./fields.ts";
import { describeTarget } from "./fit-target.ts";
import { type Finding, isAcknowledgement, type PayloadType, type Report, type TargetIds } from "./report.ts";

export type CheckOptions = {
  /** Hours of the event may be left out. */
  readonly allowsGaps: boolean;
  /** It may come after its time. */
  readonly isLateFine: boolean;
  /** Use may be less than 0: a resource that feeds in, such as a solar inverter, has no meter of its own. */
  readonly allowsNegative: boolean;
};

export type CheckedReport = { readonly problems: readonly Finding[]; readonly notes: readonly Finding[] };

/** Which events each payload type answers. */
const answered: Readonly<Record<PayloadType, readonly string[]>> = {
  EnergyUsage: ["PriceCurve", "ResourceLPC"],
  LocationEnergyUsage: ["LocationLPC", "LPCReservation"],
  LocationEnergyUsagePlan: ["LocationLPC", "LPCReservation"],
  LocationLPCAcknowledgement: ["LocationLPC", "LPCReservation"],
  ResourceLPCAcknowledgement: ["ResourceLPC"],
};

/** Everything that is wrong with a report to an event, at once: what is sent cannot be taken back. */
export function checkReport(
  report: Report,
  event: VolueEvent,
  nowMs: number,
  options: CheckOptions,
): CheckedReport {
  const findings = openFindings();
  for (const note of report.notes) findings.notes.push(note);
  checkTypes(report, event, findings);
  // What follows from a report to another kind of event would be noise.
  if (findings.problems.length > 0) return findings;
  checkTime(report, event, nowMs, options, findings);
  const series = report.payloads.filter((payload) => !isAcknowledgement(payload));
  const acknowledgements = report.payloads.filter(isAcknowledgement);
  const asked = isNew(event.payloadType) && event.targets.length === 0 ? assumeTargets(report, event) : event;
  if (series.length > 0) checkSeries(series, asked, nowMs, options, findings);
  if (acknowledgements.length > 0) checkAcknowledgement(acknowledgements, asked, findings);
  return findings;
}

/** Volue may have events that nobody knew of when this was written. */
function isNew(payloadType: string): boolean {
  const isKnown = Object.values(answered).some((types) => types.includes(payloadType));
  return !isKnown && payloadType !== "UserEligibility";
}

/** A new event may say in another way what it is about: what is reported can only be double then. */
function assumeTargets({ payloads }: Report, event: VolueEvent): VolueEvent {
  const ids = payloads.flatMap((payload): readonly TargetIds[] =>
    isAcknowledgement(payload) ? [...payload.acknowledgedTargets, ...payload.declinedTargets] : [payload],
  );
  const unique = new Map(ids.map((one) => [describeTarget(one), one]));
  const targets = [...unique.values()].map(({ resourceId, locationId, meterPointId }) => {
    return { resourceId, locationId, meterPointId, resolution: null, resolutionMs: null, startsMs: [] };
  });
  return { ...event, targets };
}

function checkTypes({ payloads }: Report, { payloadType }: VolueEvent, findings: Findings): void {
  if (isNew(payloadType)) {
    const message = `the event is of a type not known here, ${JSON.stringify(payloadType.slice(0, 40))}`;
    findings.notes.push({ path: "eventId", message });
    return;
  }
  for (const payload of payloads) {
    const types = answered[payload.payloadType];
    if (types.includes(payloadType)) continue;
    const message = `${payload.payloadType} answers ${types.join(" or ")}, and this is a ${payloadType}`;
    findings.problems.push({ path: `${payload.path}.payloadType`, message });
  }
}
