/** What a report is about: of each kind an event gets one. */
export type ReportKind = "acknowledgement" | "plan" | "usage";

/** In the order in which an event's reports are sent: acknowledge first, report use after. */
export const reportKinds: readonly ReportKind[] = ["acknowledgement", "plan", "usage"];

/** Energy from an instant on, for as long as the resolution says. */
export type Point = {
  /** Where it stood in what was given. */
  readonly index: number;
  /** As it was given, with its offset. */
  readonly timestamp: string;
  readonly atMs: number;
  readonly kiloWattHours: number;
};

/** Those of its ids that were given. */
export type TargetIds = {
  readonly resourceId: string | null;
  readonly locationId: string | null;
  readonly meterPointId: string | null;
};

type SeriesPayload = TargetIds & {
  /** Where it stood in what was given, as in `payloads[2]`. */
  readonly path: string;
  /** As hours, minutes and seconds: `01:00:00`. */
  readonly resolution: string;
  readonly resolutionMs: number;
};

/** Points are in the order of time, whatever order they came in. */
export type UsagePayload = SeriesPayload & {
  readonly payloadType: "EnergyUsage" | "LocationEnergyUsage";
  readonly points: readonly Point[];
};

export type PlanPayload = SeriesPayload & {
  readonly payloadType: "LocationEnergyUsagePlan";
  readonly baseline: readonly Point[];
  readonly flexibility: readonly Point[];
};

export type AcknowledgementPayload = {
  readonly path: string;
  readonly payloadType: "LocationLPCAcknowledgement" | "ResourceLPCAcknowledgement";
  readonly acknowledgedTargets: readonly TargetIds[];
  readonly declinedTargets: readonly TargetIds[];
};

export type Payload = UsagePayload | PlanPayload | AcknowledgementPayload;
export type PayloadType = Payload["payloadType"];

/** A report as it was given: one event, one kind, one payload or more. */
export type Report = {
  readonly eventId: string;
  readonly kind: ReportKind;
  readonly payloads: readonly Payload[];
  /** What was odd about it, and is no problem. */
  readonly notes: readonly Finding[];
};

/** Something about one place in a report, such as `payloads[0].points[3].timestamp`. */
export type Finding = { readonly path: string; readonly message: string };

/** How Volue is to be told of acknowledgements: its swagger and its guide do not agree. */
export type AcknowledgementSpelling = "acknowledgement" | "acknowledged";

/**
 * What became of a report that was kept. `sending` is another's, or that of a process that was killed;
 * `unsent` was certainly not taken; of an `uncertain` one nobody here knows.
 */
export const reportStates = ["sending", "reported", "refused", "unsent", "uncertain"] as const;
export type ReportState = (typeof reportStates)[number];

export function toKind(payloadType: PayloadType): ReportKind {
  if (payloadType === "LocationEnergyUsagePlan") return "plan";
  return payloadType === "EnergyUsage" || payloadType === "LocationEnergyUsage" ? "usage" : "acknowledgement";
}

export function isAcknowledgement(payload: Payload): payload is AcknowledgementPayload {
  return toKind(payload.payloadType) === "acknowledgement";
}
