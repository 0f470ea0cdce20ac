import { z } from "zod";
import { type EventType, eventTypes, toEnvelopeSchema } from "./schemas.ts";

/** The JSON Schema (draft 2020-12) of a whole change event. */
export function toJsonSchema(type: EventType): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(toEnvelopeSchema(type), { target: "draft-2020-12" });
  return { $schema, $id: `urn:meter-sync:schemas:${type}`, title: type, ...schema };
}

/** All schemas as the files of `schemas/`: name → text. */
export function toSchemaFiles(): Map<string, string> {
  return new Map(
    eventTypes.map((type) => [`${type}.json`, `${JSON.stringify(toJsonSchema(type), null, 2)}\n`]),
  );
}
