import type { Reply } from "./answer.ts";

/** What is wrong, by the place in the body where it is. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

const kind = { "content-type": "application/problem+json; charset=utf-8" };

/** RFC 7807 without fields. */
export function toProblem(status: number, title: string): Reply {
  const body = { type: "about:blank", title, status, detail: null, instance: null };
  return { status, body: JSON.stringify(body), headers: kind };
}

/** RFC 7807 as `HttpValidationProblemDetails`. */
export function toRefusal(errors: FieldErrors): Reply {
  const body = {
    type: "https://tools.ietf.org/html/rfc9110#section-15.5.1",
    title: "One or more validation errors occurred.",
    status: 400,
    detail: null,
    instance: null,
    errors,
  };
  return { status: 400, body: JSON.stringify(body), headers: kind };
}

/** A bare text: what the swagger has for a refused report. */
export function toJsonProblem(errors: FieldErrors): Reply {
  const text = Object.entries(errors).map(([at, words]) => `${at}: ${words.join(" ")}`);
  return { status: 400, body: text.join(" ") };
}
