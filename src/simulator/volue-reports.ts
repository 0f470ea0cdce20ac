import { toUuid } from "./hash.ts";
import type { AcknowledgementNames, VolueStoredReport } from "./volue-book.ts";
import type { EventArchive } from "./volue-events.ts";
import type { FieldErrors } from "./volue-problem.ts";
import { findFieldErrors } from "./volue-report-shapes.ts";

/** Where reports arrive: checked, and kept. */
export type ReportBox = {
  readonly reports: readonly VolueStoredReport[];
  readonly take: (body: unknown) => { readonly report: VolueStoredReport } | { readonly errors: FieldErrors };
  readonly setAcknowledgementNames: (names: AcknowledgementNames) => void;
};

const reportPurpose = 141;

export function openReportBox(seed: number, nowMs: () => number, archive: EventArchive): ReportBox {
  const reports: VolueStoredReport[] = [];
  let names: AcknowledgementNames = "swagger";
  return {
    reports,
    take: (body) => {
      const errors = findFieldErrors(body, names);
      if (Object.keys(errors).length > 0) return { errors };
      const { eventId } = body as { readonly eventId: string };
      if (archive.find(eventId) === undefined) return { errors: { eventId: ["There is no such event."] } };
      const report: VolueStoredReport = {
        id: toUuid(reports.length + 1, seed, reportPurpose),
        eventId,
        createdAt: new Date(nowMs()).toISOString(),
        body,
      };
      reports.push(report);
      return { report };
    },
    setAcknowledgementNames: (next) => {
      names = next;
    },
  };
}
