/**
 * What is known of the portfolio → read windows of date added; the cursor of the next poll.
 *
 * Takes: instants, counts. Gives: windows, an instant.
 * Never: asks the clock or the network.
 */
export { planCursor } from "./cursor.ts";
export { planFirstCuts, planWindows } from "./plan-windows.ts";
