import type { RequiredAction } from "./actions.ts";
import type { Status } from "./basics.ts";
import type { PreferenceName } from "./lifecycle.ts";
import type { MeterState } from "./meter-state.ts";
import type { MeterChange } from "./webhook-chain.ts";

/** What a receiver can ask to be told; of connect sessions there is nothing to tell. */
export const webhookTypes = [
  "meter.created",
  "meter.enrollment.global-status.updated",
  "meter.enrollment.participation-status.updated",
  "meter.enrollment.required-actions.updated",
  "meter.enrollment.group.updated",
  "connect_session.updated",
  "connect_session.authorization_updated",
] as const;

export type WebhookType = (typeof webhookTypes)[number];

/** What every webhook about one meter says of it. */
type MeterFacts = {
  readonly meter_id: string;
  readonly transmission_region: string;
  readonly partner_reference?: string;
  readonly meter_type: string;
};

export type MeterPayload = MeterFacts &
  (
    | { readonly webhook_event_type: "meter.created" }
    | {
        readonly webhook_event_type: "meter.enrollment.global-status.updated";
        readonly global_enrollment_status: Status;
      }
    | {
        readonly webhook_event_type: "meter.enrollment.participation-status.updated";
        readonly participation_preference: PreferenceName;
        readonly start_time: string;
        readonly end_time?: string;
      }
    | {
        readonly webhook_event_type: "meter.enrollment.required-actions.updated";
        readonly required_actions: { readonly partner: readonly RequiredAction[] };
        readonly global_enrollment_status: Status;
      }
  );

export type GroupPayload = {
  readonly webhook_event_type: "meter.enrollment.group.updated";
  readonly market_group_id: string;
  readonly market_group_name: string;
  readonly start_date_time: string;
  readonly end_date_time: string;
  readonly meter_ids: readonly string[];
};

/** As Leap sends it. */
export type WebhookPayload = MeterPayload | GroupPayload;

/** What a meter's own webhooks say of a change: nothing of archiving, names, tags and rows. */
export function toMeterPayloads({ before, after }: MeterChange): readonly MeterPayload[] {
  const facts = toMeterFacts(after);
  if (before === null) return [{ webhook_event_type: "meter.created", ...facts }];
  const payloads: MeterPayload[] = [];
  for (const window of after.life.preferences.slice(before.life.preferences.length)) {
    const { participation_preference, start_time, end_time } = window;
    payloads.push({
      webhook_event_type: "meter.enrollment.participation-status.updated",
      ...facts,
      participation_preference,
      start_time,
      ...(end_time === undefined ? {} : { end_time }),
    });
  }
  const { status } = after.life;
  if (status !== before.life.status) {
    payloads.push({
      webhook_event_type: "meter.enrollment.global-status.updated",
      ...facts,
      global_enrollment_status: status,
    });
  }
  // What is Leap's to do is never told.
  const { partner } = after.actions;
  if (JSON.stringify(partner) !== JSON.stringify(before.actions.partner)) {
    payloads.push({
      webhook_event_type: "meter.enrollment.required-actions.updated",
      ...facts,
      required_actions: { partner },
      global_enrollment_status: status,
    });
  }
  return payloads;
}

function toMeterFacts({ meterId, basics, identity }: MeterState): MeterFacts {
  return {
    meter_id: meterId,
    ...(identity.partnerReference === null ? {} : { partner_reference: identity.partnerReference }),
    transmission_region: basics.facts.region,
    meter_type: identity.meterType,
  };
}
