import type { ApiVersion, JsonObject } from "../meter/index.ts";
import { readDocumentV1 } from "./contract-v1.ts";
import { readDocumentV2 } from "./contract-v2.ts";
import { openNotes, text, toMeterId } from "./fields.ts";
import type { Extraction } from "./leap.ts";

/** Raised when something else is extracted from a document: stored documents are then read again (I10). */
export const extractionVersion = 1;

/** One document in our words. Never throws: what cannot be read is a problem or drift (I11). */
export function toMeter(document: JsonObject, apiVersion: ApiVersion): Extraction {
  const notes = openNotes();
  const meter = apiVersion === "v1" ? readDocumentV1(document, notes) : readDocumentV2(document, notes);
  const drift = [...notes.drift].sort();
  if (meter.meterId === null) return { meterId: null, meter: null, problem: "meter_id is missing", drift };
  const { meterId, ...rest } = meter;
  if (notes.problem !== null) return { meterId, meter: null, problem: notes.problem, drift };
  return { meterId, meter: { ...rest, meterId }, problem: null, drift };
}

/**
 * Whether a document speaks of its meter's groups at all. Nobody documents that a read by id answers with all
 * that a search does: where the list is left out, nothing follows for the groups.
 */
export function isWhole(document: JsonObject, apiVersion: ApiVersion): boolean {
  return Object.hasOwn(document, apiVersion === "v1" ? "participation" : "program_enrollment");
}

/** The id alone, in lower case; `null` where the document has none. Much cheaper than the whole meter. */
export function readMeterId(document: JsonObject): string | null {
  return toMeterId(text.parse(document.meter_id));
}
