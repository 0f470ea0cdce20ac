import type { AssignmentRange } from "../diff/index.ts";
import type { AssignmentMove, StoredAssignment } from "../snapshot/index.ts";

/** The rows to close and to open, so that the published step functions become the planned ones. */
export function toMoves(
  published: readonly StoredAssignment[],
  planned: readonly AssignmentRange[],
): AssignmentMove[] {
  const stays = new Set(planned.map(toKey));
  const stood = new Set(published.map(toKey));
  return [
    ...published.filter((row) => !stays.has(toKey(row))),
    ...planned.filter((row) => !stood.has(toKey(row))).map((row) => ({ ...row, assignmentId: null })),
  ];
}

function toKey({ program, group, from, to }: AssignmentRange): string {
  return JSON.stringify([program, group, from, to]);
}
