import { configOf, problemsOf } from "./config-of.ts";

export const secret = Buffer.alloc(24, 7).toString("base64");
export const longSecret = Buffer.alloc(64, 8).toString("base64");
export const url = "https://ems.example/events?tenant=5";
export const least = { url, secrets: [secret] };

type Files = Readonly<Record<string, string>>;

export function toInput(webhooks: unknown, sinks: string) {
  const environment = { METER_SYNC_CONFIG: "/c", METER_SYNC_SINKS: sinks };
  return [environment, JSON.stringify({ webhooks })] as const;
}

export function webhookOf(described: object, files: Files = {}) {
  const [environment, file] = toInput({ ems: described }, "webhook:ems");
  return configOf(environment, { "/c": file, ...files }).sinks[0];
}

export function problemsOfWebhook(described: unknown, files: Files = {}) {
  const [environment, file] = toInput({ ems: described }, "webhook:ems");
  return problemsOf(environment, { "/c": file, ...files });
}
