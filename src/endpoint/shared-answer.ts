import type { Reply } from "./route.ts";

const keptMs = 1000;

/**
 * Many may ask at once, and again and again: whoever asks while an answer is being made, or within a second
 * of it, is given that one. So a hundred askers cost as much as one.
 */
export function toSharedAnswer(make: () => Promise<Reply>): () => Promise<Reply> {
  let kept: Promise<Reply> | null = null;
  return () => {
    if (kept !== null) return kept;
    const making = make();
    const drop = (): void => {
      if (kept === making) kept = null;
    };
    making.then(() => setTimeout(drop, keptMs).unref(), drop);
    kept = making;
    return making;
  };
}
