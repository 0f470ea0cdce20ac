import type { ProofLook } from "../reader/index.ts";

/** What `status` says of dispatches and reports; nothing where there were none. */
export function describeProof({ dispatches, uncertainReports }: ProofLook): Record<string, string> {
  const { agreed, late, drift, unknown } = dispatches;
  const counted = agreed + late + drift + unknown;
  const others = [
    late > 0 ? `${late} late` : "",
    drift > 0 ? `${drift} drift` : "",
    unknown > 0 ? `${unknown} of groups or meters not known here` : "",
  ].filter((words) => words !== "");
  const hint = others.length === 0 ? "" : `; ${others.join(", ")}: \`meter-sync dispatch score\``;
  const reports = uncertainReports === 1 ? "1 report" : `${uncertainReports} reports`;
  return {
    ...(counted === 0 ? {} : { dispatches: `30 days: ${agreed} of ${counted} agreed${hint}` }),
    ...(uncertainReports === 0
      ? {}
      : { volue: `${reports} may or may not have arrived: \`meter-sync volue list --state uncertain\`` }),
  };
}
