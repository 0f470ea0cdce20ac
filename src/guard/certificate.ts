/** What a sweep can show for itself. */
export type SweepEvidence = {
  readonly windowsTotal: number;
  readonly windowsDone: number;
  /** Answers without an id: some meter was not seen. */
  readonly rejected: number;
};

export type Certificate = {
  readonly isCertified: boolean;
  /** Why not, in words. */
  readonly reasons: readonly string[];
};

/** Whether a sweep was complete: every window read to its last page (where no token
 * comes twice, or reading fails), no answer without an id (I2). */
export function planCertificate(evidence: SweepEvidence): Certificate {
  const reasons: string[] = [];
  if (evidence.windowsTotal === 0) reasons.push("no window was read at all");
  if (evidence.windowsDone < evidence.windowsTotal) {
    reasons.push(`${evidence.windowsTotal - evidence.windowsDone} windows were not read to their last page`);
  }
  if (evidence.rejected > 0) reasons.push(`${evidence.rejected} answers carried no meter id`);
  return { isCertified: reasons.length === 0, reasons };
}
