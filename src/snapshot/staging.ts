/** The tables a plan is staged in. */
export const planTables: readonly string[] = [
  "staged_head",
  "staged_assignment",
  "staged_group",
  "staged_group_span",
  "staged_event",
  "staged_absence",
  "staged_plan",
];

/** The window of what no window read: a published document that this release reads in another way. */
export const rereadWindow = -1;

/** The window of what was read by id. */
export const pointReadWindow = -2;
