import { h, type JSX } from "preact";
import { Foreign, None } from "./foreign-text.ts";
import { Day, formatInstantShort } from "./wording.ts";

/** An instant in UTC; what is no instant is shown as it came. */
export function Instant({ at }: { at: string | null }): JSX.Element {
  if (at === null) return h(None, {});
  const text = formatInstantShort(at);
  return text === undefined ? h(Foreign, { text: at }) : h("time", { datetime: at, class: "instant" }, text);
}

/** A deadline: an instant, or a day of Leap's. */
export function Deadline({ at }: { at: string | null }): JSX.Element {
  if (at === null) return h(None, {});
  return /^\d{4}-\d{2}-\d{2}$/.test(at) ? h(Day, { day: at }) : h(Instant, { at });
}
