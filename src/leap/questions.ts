import type { JsonObject } from "../meter/index.ts";
import { formatInstant } from "../time/index.ts";
import type { HttpRequest } from "./http-client.ts";
import type { LeapClientOptions, ReadWindow } from "./leap.ts";

/** What is asked, before anyone signs it. */
export type Question = Omit<HttpRequest, "token">;

type Place = Pick<LeapClientOptions, "apiVersion" | "baseUrl" | "accountId" | "pageSize">;

/** The search for one page of a window. Archived meters come along: a filter would leave gaps (I2). */
export function toSearch(place: Place, window: ReadWindow, pageToken: string | null): Question {
  const isV1 = place.apiVersion === "v1";
  return {
    method: "POST",
    url: isV1 ? `${toAccountUrl(place)}/meters/search` : `${place.baseUrl}/v2/meters/enrollments/search`,
    body: {
      page_size: place.pageSize,
      ...(pageToken === null ? {} : { page_token: pageToken }),
      ...toInstantField(isV1 ? "date_added_from" : "created_after_date_time", window.addedFromMs),
      ...toInstantField(isV1 ? "date_added_to" : "created_before_date_time", window.addedToMs),
    },
    purpose: "read a page of meters",
  };
}

/** The question for one meter by its id. */
export function toPointRead(place: Place, meterId: string): Question {
  const id = encodeURIComponent(meterId);
  return {
    method: "GET",
    url:
      place.apiVersion === "v1"
        ? `${toAccountUrl(place)}/meters/${id}`
        : `${place.baseUrl}/v2/meters/${id}/enrollments`,
    body: null,
    purpose: `read meter ${meterId}`,
  };
}

function toAccountUrl(place: Place): string {
  return `${place.baseUrl}/v1.1/account/${encodeURIComponent(place.accountId ?? "")}`;
}

function toInstantField(name: string, instantMs: number | null): JsonObject {
  return instantMs === null ? {} : { [name]: formatInstant(instantMs) };
}
