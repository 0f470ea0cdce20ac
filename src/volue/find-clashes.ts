import { toReportId } from "./canonical.ts";
import type { GivenReport } from "./parse-reports.ts";
import type { Finding } from "./report.ts";

/**
 * Reports beside which there is another one of the same event and kind, so that one of them would go out and
 * the others be withheld. The very same report given twice is none.
 */
export function findClashes(given: readonly GivenReport[], host: string): ReadonlySet<GivenReport> {
  const alike = new Map<string, { readonly members: GivenReport[]; readonly ids: Set<string> }>();
  for (const [index, one] of given.entries()) {
    if (one.kind === null) continue;
    const key = JSON.stringify([one.eventId.toLowerCase(), one.kind]);
    const group = alike.get(key) ?? { members: [], ids: new Set() };
    group.members.push(one);
    // What cannot be read is another one.
    group.ids.add(one.report === null ? String(index) : toReportId(host, one.report));
    alike.set(key, group);
  }
  return new Set([...alike.values()].flatMap(({ members, ids }) => (ids.size > 1 ? members : [])));
}

export function toClashFinding({ kind }: GivenReport): Finding {
  const message =
    `another ${kind} report of this event is given beside it, and Volue asks for one: put their payloads ` +
    "into one report; --again sends each";
  return { path: "eventId", message };
}
