import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

/** Where Leap's OpenAPI files are; they are not part of this project. */
export const leapOpenApiDir: string | undefined = process.env.LEAP_OPENAPI_DIR || undefined;

export const noOpenApiReason = "skipped: LEAP_OPENAPI_DIR names no folder with Leap's OpenAPI files";

export type LeapSchema = {
  /** What is wrong with a request body of an operation (`operationId`); empty where nothing is. */
  readonly validateRequest: (operationId: string, body: unknown) => readonly string[];
  /** The same for a response body. */
  readonly validateResponse: (operationId: string, status: number, body: unknown) => readonly string[];
  /** The same for one of the file's component schemas. */
  readonly validateComponent: (name: string, value: unknown) => readonly string[];
};

type Json = { readonly [key: string]: unknown };

/** Opens one of Leap's OpenAPI files (`enrollments.yml`, `meters.yml`, `dispatching.yml`, `webhooks.yml`). */
export function openLeapSchema(file: string, folder = leapOpenApiDir): LeapSchema {
  if (folder === undefined) throw new Error(noOpenApiReason);
  const document = toJsonSchema(parse(readFileSync(join(folder, file), "utf8"))) as Json;
  // Leap's patterns escape characters that a regular expression in unicode mode must not escape.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  ajv.addSchema(document, file);
  const operations = collectOperations(document);
  const validate = (pointer: string, value: unknown): readonly string[] => {
    const check = ajv.getSchema(`${file}#${pointer}`) as ValidateFunction | undefined;
    if (check === undefined) throw new Error(`${file} has nothing at ${pointer}`);
    return check(value) ? [] : (check.errors ?? []).map(describe);
  };
  const pointerTo = (operationId: string, rest: string): string => {
    const operation = operations.get(operationId);
    if (operation === undefined) throw new Error(`${file} has no operation ${operationId}`);
    return `${operation}${rest}/content/application~1json/schema`;
  };
  return {
    validateRequest: (operationId, body) => validate(pointerTo(operationId, "/requestBody"), body),
    validateResponse: (operationId, status, body) =>
      validate(pointerTo(operationId, `/responses/${status}`), body),
    validateComponent: (name, value) => validate(`/components/schemas/${name}`, value),
  };
}

/** `operationId` → JSON pointer to the operation. */
function collectOperations(document: Json): ReadonlyMap<string, string> {
  const operations = new Map<string, string>();
  for (const [path, methods] of Object.entries((document.paths ?? {}) as Json)) {
    for (const [method, operation] of Object.entries(methods as Json)) {
      const id = (operation as Json | null)?.operationId;
      const escaped = path.replaceAll("~", "~0").replaceAll("/", "~1");
      // The pointer stands in a URI fragment, where braces must be encoded.
      if (typeof id === "string") operations.set(id, `/paths/${encodeURIComponent(escaped)}/${method}`);
    }
  }
  return operations;
}

/** OpenAPI 3.0 spells two things otherwise than JSON Schema: `nullable`, and limits that are exclusive. */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (typeof value !== "object" || value === null) return value;
  const { nullable, ...schema } = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, toJsonSchema(part)]),
  );
  for (const [flag, limit] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof schema[flag] !== "boolean") continue;
    if (schema[flag]) {
      schema[flag] = schema[limit];
      delete schema[limit];
    } else delete schema[flag];
  }
  return nullable === true ? { anyOf: [schema, { type: "null" }] } : schema;
}

function describe(error: ErrorObject): string {
  return `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`;
}
