import { parseInstant } from "../time/index.ts";
import type { DispatchLevel } from "./dispatch-request.ts";

type Rule = (value: unknown) => boolean;
type Fields = Readonly<
  Record<string, { readonly isRequired: boolean; readonly rule: Rule; readonly is: string }>
>;

const eventTypes = ["hour-ahead", "day-ahead", "5m", "capacity-test", "standard"];
const caps = ["grid-exports-allowed", "up-to-nomination", "up-to-site-load"];
const programs = [
  ...["CAISO-CCA-SC_ONLY", "CCA", "CEC-DSGS-OPTION4", "CEC-DSGS", "CONED-CSRP", "CONED-DLRP", "DRAM", "ELRP"],
  ...["ENERGY-ONLY", "ERCOT-ERS", "EVERSOURCE-CS", "MA_DOER-CPS", "NATGRID-CS", "NRG-REALTIME", "NRG-RED"],
  ...["NYISO-SCR", "ONCOR-CLM", "PGE-ART", "PGE-CBP", "PJM-CAPACITY", "PSEGLI-CSRP", "PSEGLI-DLRP", "RIE-CS"],
  ...["UNITIL-CS", "PSE-RPO", "SRP-RPO", "TVA-RPO", "CAISO-ELRP-A4", "CEC-DSGS-OPTION2", "ENERGYHUB-CS"],
];

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const isUuid: Rule = (value) => typeof value === "string" && uuidPattern.test(value);
const isText: Rule = (value) => typeof value === "string";
const isFlag: Rule = (value) => typeof value === "boolean";
const isInstant: Rule = (value) => typeof value === "string" && parseInstant(value) !== undefined;
const isKw: Rule = (value) => typeof value === "number" && value >= 0.01 && value <= 100_000;
const isPriority: Rule = (value) =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 10;
const isOneOf =
  (values: readonly string[]): Rule =>
  (value) =>
    typeof value === "string" && values.includes(value);
const isSetOf =
  (rule: Rule, countMin: number): Rule =>
  (value) =>
    Array.isArray(value) &&
    value.length >= countMin &&
    value.every(rule) &&
    new Set(value).size === value.length;

const required = (rule: Rule, is: string) => ({ isRequired: true, rule, is });
const optional = (rule: Rule, is: string) => ({ isRequired: false, rule, is });

const slotFields: Fields = {
  start_time: required(isInstant, "a date-time"),
  end_time: required(isInstant, "a date-time"),
  cancelled: required(isFlag, "true or false"),
  energy_kw: optional(isKw, "a number from 0.01 to 100000"),
  nomination_kw: optional(isKw, "a number from 0.01 to 100000"),
  performance_compensation_cap: required(isOneOf(caps), `one of ${caps.join(", ")}`),
  priority: required(isPriority, "a whole number from 1 to 10"),
  is_voluntary: required(isFlag, "true or false"),
  dispatch_event_types: required(isSetOf(isOneOf(eventTypes), 1), "one or more different event types"),
  programs: required(isSetOf(isOneOf(programs), 1), "one or more different programs"),
};

const fieldsByLevel: Readonly<Record<DispatchLevel, { readonly head: Fields; readonly slot: Fields }>> = {
  group: {
    head: {
      market_group_id: required(isUuid, "a UUID"),
      meter_ids: required(isSetOf(isUuid, 0), "different UUIDs"),
      partner_references: optional(isSetOf(isText, 0), "different texts"),
    },
    slot: { market_group_event_id: required(isUuid, "a UUID"), ...slotFields },
  },
  meter: {
    head: {
      meter_id: required(isUuid, "a UUID"),
      partner_reference: optional(isText, "a text"),
    },
    slot: { meter_event_id: required(isUuid, "a UUID"), ...slotFields },
  },
};

/** What is wrong with the body of a test notification, by the limits that Leap documents. */
export function checkTestNotification(level: DispatchLevel, body: unknown): readonly string[] {
  const name = `${level}_dispatches`;
  const dispatches = isObject(body) ? body[name] : undefined;
  if (!Array.isArray(dispatches) || dispatches.length === 0)
    return [`${name} must hold one or more dispatches`];
  return dispatches.flatMap((dispatch: unknown, position) => {
    const place = `${name}[${position}]`;
    const problems = checkFields(place, dispatch, fieldsByLevel[level].head);
    const slots = isObject(dispatch) ? dispatch.timeslots : undefined;
    if (!Array.isArray(slots) || slots.length === 0)
      return [...problems, `${place}.timeslots must hold one or more timeslots`];
    const ofSlots = slots.flatMap((slot: unknown, number) =>
      checkFields(`${place}.timeslots[${number}]`, slot, fieldsByLevel[level].slot),
    );
    return [...problems, ...ofSlots];
  });
}

/** An optional field may be null. What is not known is let through. */
function checkFields(place: string, value: unknown, fields: Fields): readonly string[] {
  if (!isObject(value)) return [`${place} must be an object`];
  return Object.entries(fields).flatMap(([field, { isRequired, rule, is }]) => {
    const part = value[field] ?? null;
    const isFine = part === null ? !isRequired : rule(part);
    return isFine ? [] : [`${place}.${field} must be ${is}`];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
