import type { ApiVersion, JsonObject, Meter, Participation } from "../meter/index.ts";
import type { StoredRevision } from "../snapshot/index.ts";
import type { Run } from "./context.ts";

/** A stored document, read with today's code (I10). */
export function toStoredMeter(run: Run, revision: StoredRevision): Meter | null {
  const document = JSON.parse(revision.document) as JsonObject;
  const { meter } = run.extractor.toMeter(document, revision.apiVersion as ApiVersion);
  if (meter === null || revision.participation === null) return meter;
  return { ...meter, participation: JSON.parse(revision.participation) as Participation };
}
