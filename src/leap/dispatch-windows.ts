/** Start inclusive, end exclusive; epoch milliseconds. */
export type DispatchWindow = { readonly fromMs: number; readonly toMs: number };

/** As much as one search may span. */
export const dispatchWindowMaxMs = 31 * 86_400_000;

/** The time in parts that one search each may span, in order and without a gap; none where it is empty. */
export function planDispatchWindows(fromMs: number, toMs: number): readonly DispatchWindow[] {
  const windows: DispatchWindow[] = [];
  for (let startMs = fromMs; startMs < toMs; startMs += dispatchWindowMaxMs) {
    windows.push({ fromMs: startMs, toMs: Math.min(startMs + dispatchWindowMaxMs, toMs) });
  }
  return windows;
}
