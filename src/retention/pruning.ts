/** What goes, by what it is. */
export type PrunedTable = "events" | "revisions" | "history" | "runs";

/** What one transaction removed, and whether nothing old is left behind it. */
export type Chunk = { readonly removed: number; readonly isLast: boolean };

/** One kind of row, removed chunk by chunk: each call is to be a transaction of its own. */
export type Pruning = { readonly table: PrunedTable; readonly next: () => Chunk };

/** So few rows go at once that neither a reader's nor a delivery's write waits long for it (I8). */
export const chunkRowCount = 500;
