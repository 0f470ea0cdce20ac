import { parseFieldKey, toFieldKey, toFields } from "../diff/index.ts";
import { toFieldEvent } from "../events/index.ts";
import type { JsonObject } from "../meter/index.ts";
import type { Run, SyncContext } from "./context.ts";
import { type Plan, stageEvents } from "./plan.ts";

/** So many new fields are told per run, the others by the runs after it. */
const fieldsPerRunMax = 50;

/** So many are remembered: documents with random keys must not fill the database (I8). */
const fieldsMax = 5000;

/** Looks at a document's fields for ones that none had before. */
export function noteFields(run: Run, plan: Plan, document: JsonObject): void {
  for (const field of toFields(document)) {
    if (plan.knownFields.size + plan.fields.size >= fieldsMax) return;
    const key = toFieldKey(run.apiVersion, field);
    if (!plan.knownFields.has(key)) plan.fields.set(key, true);
  }
}

/** Tells of the fields that no document had before, as many as one run may; `plan.fields` says which. */
export function stageFields(context: SyncContext, run: Run, plan: Plan): void {
  if (isSilent(run)) {
    // What an earlier run found and did not tell yet is told by a later one.
    for (const key of plan.fields.keys()) if (plan.knownFields.has(key)) plan.fields.set(key, false);
    return;
  }
  const told = [...plan.fields.keys()].slice(0, fieldsPerRunMax);
  for (const key of [...plan.fields.keys()].slice(fieldsPerRunMax)) plan.fields.set(key, false);
  const events = told.map((key) => toFieldEvent(plan.events, parseFieldKey(key)));
  stageEvents(context, run, plan, events);
}

/** Fields are no news at the baseline, nor when the API's version has changed. */
function isSilent(run: Run): boolean {
  return run.stream.apiVersion !== run.apiVersion;
}
