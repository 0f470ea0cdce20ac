import type { KeptReport, Standing } from "./volue-report-store.ts";

/** Whether a report may be sent, by what is kept of it and of its like. */
export type SendingDecision =
  | { readonly kind: "send" }
  | { readonly kind: "already"; readonly kept: KeptReport }
  | { readonly kind: "uncertain"; readonly kept: KeptReport }
  /** Another one of its event and kind has been sent, or may have been. */
  | { readonly kind: "withheld"; readonly other: KeptReport };

/**
 * What may have arrived is not sent again, whatever is asked for; another report of the same event and kind
 * only where that is asked for.
 */
export function decideSending({ own, others }: Standing, isAgain: boolean): SendingDecision {
  if (own !== null && own.state === "reported") return { kind: "already", kept: own };
  if (own !== null && mayHaveArrived(own)) return { kind: "uncertain", kept: own };
  const other = others.find(mayHaveArrived);
  if (other !== undefined && !isAgain) return { kind: "withheld", other };
  return { kind: "send" };
}

function mayHaveArrived({ state }: KeptReport): boolean {
  return state === "reported" || state === "uncertain" || state === "sending";
}
