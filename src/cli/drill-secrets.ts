import type { Drilled } from "./drill-lines.ts";

const notShown = "(not shown)";

/**
 * What became of a drill, without the secrets that Leap sent along with it: a receiver that repeats the
 * headers it was sent, or Leap naming the URL that gave no answer, would tell them (I9).
 */
export function hideSecrets({ report, echo }: Drilled, secrets: readonly string[]): Drilled {
  // The longest first: what is left of a secret when a part of it is gone would be told.
  const spelt = [...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))];
  const hidden = spelt.filter((secret) => secret !== "").sort((one, other) => other.length - one.length);
  const hide = (text: string) => hidden.reduce((rest, secret) => rest.replaceAll(secret, notShown), text);
  return {
    report: {
      ...report,
      headers: Object.fromEntries(
        Object.entries(report.headers).map(([name, values]) => [hide(name), values.map(hide)]),
      ),
      body: report.body === null ? null : hide(report.body),
      errorMessage: report.errorMessage === null ? null : hide(report.errorMessage),
    },
    echo: echo.kind === "different" ? { ...echo, differences: echo.differences.map(hide) } : echo,
  };
}

const secretName = /auth|cookie|token|secret|passw|signature|credential|session|key|jwt|bearer|nonce/i;
const placeName = /location|link|refresh|referer/i;

/** The values of a header of the receiver's, without what may open its doors (I9). */
export function toShownValues(name: string, values: readonly string[]): readonly string[] {
  if (secretName.test(name)) return [notShown];
  return placeName.test(name) ? values.map(toShownPlace) : values;
}

/** Of an address neither who asks nor what for. */
function toShownPlace(text: string): string {
  return text.replace(/\/\/[^\s/@]*@/g, "//").replace(/[?#][^\s<>"]*/g, "?…");
}
