import { checkAcknowledgement } from "./check-acknowledgement.ts";
import { checkSeries } from "./check-series.ts";
import { checkTime } from "./check-time.ts";
import type { VolueEvent } from "./event.ts";
import { type Findings, openFindings } from "./fields.ts";
import { type Finding, isAcknowledgement, type PayloadType, type Report } from "./report.ts";

export type CheckOptions = {
  /** Hours of the event may be left out. */
  readonly allowsGaps: boolean;
  /** It may come after its time. */
  readonly isLateFine: boolean;
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
  findings.notes.push(...report.notes);
  checkTypes(report, event, findings);
  // What follows from a report to another kind of event would be noise.
  if (findings.problems.length > 0) return findings;
  checkTime(report, event, nowMs, options, findings);
  const series = report.payloads.filter((payload) => !isAcknowledgement(payload));
  const acknowledgements = report.payloads.filter(isAcknowledgement);
  if (series.length > 0) checkSeries(series, event, nowMs, options, findings);
  if (acknowledgements.length > 0) checkAcknowledgement(acknowledgements, event, findings);
  return findings;
}

function checkTypes({ payloads }: Report, { payloadType }: VolueEvent, findings: Findings): void {
  const isKnown = Object.values(answered).some((types) => types.includes(payloadType));
  const isReportable = payloadType !== "UserEligibility";
  if (!isKnown && isReportable) {
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
