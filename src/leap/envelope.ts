import { z } from "zod";
import type { ApiVersion, JsonObject } from "../meter/index.ts";
import { LeapContractBroken } from "./failures.ts";
import { isObject, text, toMeterId } from "./fields.ts";
import type { LeapPage } from "./leap.ts";

const arrayNames: Readonly<Record<ApiVersion, string>> = { v1: "results", v2: "meters" };

/**
 * A meter is a few levels deep; what is nested much further must not exhaust the stack of whoever walks it
 * (I8).
 */
const documentDepthMax = 64;

const envelopeToken = z.string().nullish();

/** The page inside a search's answer. A missing array is never taken for an empty one (I2). */
export function parsePage(body: unknown, apiVersion: ApiVersion, serverDateMs: number | null): LeapPage {
  const arrayName = arrayNames[apiVersion];
  const rows = isObject(body) ? body[arrayName] : undefined;
  if (!isObject(body) || !Array.isArray(rows)) {
    throw new LeapContractBroken(
      `Could not read a page of meters: Leap's answer has no array "${arrayName}", which the ` +
        `${apiVersion} search always carries. ` +
        "Check LEAP_BASE_URL and LEAP_API_VERSION; otherwise the API has changed.",
      { fields: { api_version: apiVersion } },
    );
  }
  const token = envelopeToken.safeParse(body.next_page_token);
  if (!token.success) {
    throw new LeapContractBroken(
      'Could not read a page of meters: "next_page_token" is neither text nor null, so the next page ' +
        "cannot be asked for. The API has changed; ask Leap.",
      { fields: { api_version: apiVersion } },
    );
  }
  const documents = rows.filter((row) => isObject(row) && !isTooDeep(row, documentDepthMax)) as JsonObject[];
  return {
    documents,
    unreadableCount: rows.length - documents.length,
    nextPageToken: token.data === undefined || token.data === "" ? null : token.data,
    serverDateMs,
  };
}

/** The one meter of a point read. */
export function parseMeterDocument(body: unknown, meterId: string): JsonObject {
  const answeredId = isObject(body) ? toMeterId(text.parse(body.meter_id)) : null;
  if (isObject(body) && answeredId === meterId.toLowerCase()) return body;
  throw new LeapContractBroken(
    `Could not read meter ${meterId}: Leap answered with ` +
      `${answeredId === null ? "what is no meter" : "another"}. ` +
      "Check LEAP_BASE_URL and LEAP_API_VERSION; otherwise the API has changed.",
  );
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const item of Object.values(value)) if (isTooDeep(item, levels - 1)) return true;
  return false;
}
