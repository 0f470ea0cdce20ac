import { inTransaction } from "../database/index.ts";
import { toActionData } from "../events/index.ts";
import type { ApiVersion, JsonObject } from "../meter/index.ts";
import { loadHeads, saveRevisionFace } from "../snapshot/index.ts";
import { parseInstant } from "../time/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { pause } from "./plan.ts";

const headsPerChunk = 200;

/**
 * After an upgrade that extracts something else, reads the stored documents anew, silently: the day's diff
 * then runs on top and tells real changes only (I10).
 */
export async function rereadDocuments(context: SyncContext, run: Run): Promise<void> {
  const { database, logger } = context;
  if (run.stream.extractionVersion === null || run.stream.extractionVersion === run.extractor.version) return;
  logger.info(
    { extraction_version: run.extractor.version },
    "reading the stored documents with this release",
  );
  let last = 0;
  for (;;) {
    const heads = loadHeads(database, last, headsPerChunk);
    if (heads.length === 0) return;
    inTransaction(database, () => {
      for (const head of heads) {
        const document = JSON.parse(head.document) as JsonObject;
        const { meter } = run.extractor.toMeter(document, head.apiVersion as ApiVersion);
        if (meter === null) continue;
        saveRevisionFace(database, head.revisionId, {
          meter,
          requiredActions: JSON.stringify(meter.requiredActions.map(toActionData)),
          addedAtMs: meter.addedAt === null ? null : (parseInstant(meter.addedAt) ?? null),
        });
      }
    });
    last = heads.at(-1)?.meterKey ?? last;
    await pause(context.signal);
  }
}
