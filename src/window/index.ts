/**
 * What is known of the portfolio → read windows of date added; the cursor of the next poll.
 *
 * Takes: instants, counts. Gives: windows, an instant.
 * Never: asks the clock or the network.
 */
export { planCursor } from "./cursor.ts";
export { type CountedWindow, planCutsFromCounts, planCutsFromDates, planWindowSize } from "./plan-cuts.ts";
export { type Bounds, planSplit } from "./plan-split.ts";
export { planFirstCuts, planWindows } from "./plan-windows.ts";
