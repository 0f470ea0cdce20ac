import type { Answer, Asked, ScriptedLeap } from "../support/scripted-leap.ts";

/** What one search by date added was asked for and answered with, over all of its pages. */
export type WindowRead = {
  readonly key: string;
  readonly pages: number;
  readonly meterIds: readonly string[];
};

export type WindowBook = {
  /** The searches by date added since the last look, in the order of their first pages. */
  readonly take: () => WindowRead[];
};

/** Notes what a server is asked and answers, behind whatever rewrites the answers. */
export function openWindowBook(leap: ScriptedLeap, rewrite: ScriptedLeap["rewrite"] = null): WindowBook {
  let reads = new Map<string, { pages: number; meterIds: string[] }>();
  leap.rewrite = (asked, plain) => {
    const answer = rewrite?.(asked, plain) ?? plain;
    const key = toWindowKey(asked);
    if (key === null) return answer;
    const read = reads.get(key) ?? { pages: 0, meterIds: [] };
    reads.set(key, read);
    read.pages += 1;
    read.meterIds.push(...toIds(answer));
    return answer;
  };
  return {
    take: () => {
      const taken = [...reads].map(([key, read]) => ({ key, ...read }));
      reads = new Map();
      return taken;
    },
  };
}

/** The limits of a search by date added; null for any other question. */
export function toWindowKey({ method, body }: Asked): string | null {
  if (method !== "POST" || body.meter_ids !== undefined) return null;
  if (body.last_modified_date_time !== undefined || body.date_last_modified !== undefined) return null;
  const from = body.created_after_date_time ?? body.date_added_from ?? "";
  const to = body.created_before_date_time ?? body.date_added_to ?? "";
  return `${String(from)}…${String(to)}`;
}

export function toIds({ body, status }: Answer): string[] {
  if (status !== 200) return [];
  const page = body as {
    readonly meters?: { meter_id: string }[];
    readonly results?: { meter_id: string }[];
  };
  return (page.meters ?? page.results ?? []).map(({ meter_id }) => meter_id);
}
