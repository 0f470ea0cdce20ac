import type { JsonObject } from "../meter/index.ts";
import { formatInstant } from "../time/index.ts";
import type { LeapClientOptions, ReadWindow } from "./leap.ts";
import type { Request } from "./sending.ts";

/** What is asked, before anyone signs it. */
export type Question = Omit<Request, "readToken">;

export type Place = Pick<LeapClientOptions, "apiVersion" | "baseUrl" | "accountId" | "pageSize">;

/** The search for one page of a window. Archived meters come along: a filter would leave gaps (I2). */
export function toSearch(place: Place, window: ReadWindow, pageToken: string | null): Question {
  const isV1 = place.apiVersion === "v1";
  return {
    method: "POST",
    url: isV1 ? `${toAccountUrl(place)}/meters/search` : toEnrollmentSearchUrl(place),
    body: {
      page_size: place.pageSize,
      ...(pageToken === null ? {} : { page_token: pageToken }),
      ...toInstantField(isV1 ? "date_added_from" : "created_after_date_time", window.addedFromMs),
      ...toInstantField(isV1 ? "date_added_to" : "created_before_date_time", window.addedToMs),
      ...toInstantField(
        isV1 ? "date_last_modified" : "last_modified_date_time",
        window.modifiedFromMs ?? null,
      ),
    },
    purpose: "read a page of meters",
  };
}

/** The v1 question for one meter by its id. */
export function toPointRead(place: Place, meterId: string): Question {
  return {
    method: "GET",
    url: `${toAccountUrl(place)}/meters/${encodeURIComponent(meterId)}`,
    body: null,
    purpose: `read meter ${meterId}`,
  };
}

/** The v2 question for one page of meters named by their ids, of which there must be one (I7). */
export function toPointSearch(place: Place, meterIds: readonly string[], pageToken: string | null): Question {
  return {
    method: "POST",
    url: toEnrollmentSearchUrl(place),
    body: {
      meter_ids: [...meterIds],
      page_size: place.pageSize,
      ...(pageToken === null ? {} : { page_token: pageToken }),
    },
    purpose: "read meters by their ids",
  };
}

function toEnrollmentSearchUrl(place: Place): string {
  return `${place.baseUrl}/v2/meters/enrollments/search`;
}

function toAccountUrl(place: Place): string {
  return `${place.baseUrl}/v1.1/account/${encodeURIComponent(place.accountId ?? "")}`;
}

function toInstantField(name: string, instantMs: number | null): JsonObject {
  return instantMs === null ? {} : { [name]: formatInstant(instantMs) };
}
