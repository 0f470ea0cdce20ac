import type { Ladder } from "./oracle-absence.ts";
import type { Book, Face } from "./oracle-views.ts";

/** What each meter's own events are, in order; remaps that follow count as one "remaps". */
export function toOwnEvents(
  books: ReadonlyMap<string, Book>,
  { missing, reappeared }: Ladder,
  remapped: ReadonlySet<string>,
): string[] {
  const rows: string[] = [];
  for (const [meterId, { said, says }] of books) {
    const types = said === null ? ["meter.created"] : [];
    if (missing.has(meterId)) types.push("meter.missing");
    if (reappeared.has(meterId)) types.push("meter.reappeared");
    if (said !== null && said !== says)
      types.push(...toChanges(said.version, says.version, said.face, says.face));
    if (remapped.has(meterId)) types.push("remaps");
    if (types.length > 0) rows.push(JSON.stringify([meterId, ...types]));
  }
  return rows.sort();
}

function toChanges(from: string, to: string, before: Face | undefined, after: Face | undefined): string[] {
  if (before === undefined || after === undefined) return [];
  const types: string[] = [];
  // Spelling means nothing between the two versions of the API.
  const isSwitched = from !== to;
  if (!isSwitched && before.status !== after.status) types.push("meter.enrollment.global-status.updated");
  if (!isSwitched && before.programs !== after.programs)
    types.push("meter.enrollment.program-status.updated");
  if (before.reference !== after.reference) types.push("meter.partner-reference.updated");
  if (!isSwitched && before.isArchived !== after.isArchived)
    types.push(after.isArchived ? "meter.archived" : "meter.restored");
  return types;
}

/** `snapshot_meters`: id, region, status, reference, archived, missing. */
export function toFaces(books: ReadonlyMap<string, Book>): string[] {
  const rows: string[] = [];
  for (const [meterId, { said, region, absence }] of books) {
    if (said?.face === undefined) continue;
    const { status, reference, isArchived } = said.face;
    const isMissing = absence.missingSinceMs !== null;
    rows.push(JSON.stringify([meterId, region, status, reference, isArchived ? 1 : 0, isMissing ? 1 : 0]));
  }
  return rows.sort();
}
