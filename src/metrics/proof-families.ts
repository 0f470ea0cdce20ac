import type { DatabaseFacts } from "./facts.ts";
import { type Family, toGauge, toGauges } from "./family.ts";

/** How dispatches agreed with what was published, and which reports nobody knows of. */
export function toProofFamilies({ proof }: DatabaseFacts): readonly Family[] {
  return [
    toGauges(
      "dispatches",
      "Dispatches of the last 30 trade dates that were checked and count, by verdict.",
      Object.entries(proof.dispatches).map(([verdict, value]) => ({ labels: { verdict }, value })),
    ),
    toGauge(
      "volue_reports_uncertain",
      "Reports to Volue of which nobody knows whether they arrived.",
      proof.uncertainReports,
    ),
  ];
}
