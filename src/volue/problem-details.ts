import { isRecord, parseJson } from "./fields.ts";
import type { Finding } from "./report.ts";

/** Why Volue did not take something, as far as it said so: RFC 7807, or what it wrote in its place. */
export type ProblemDetails = {
  readonly title: string;
  readonly detail?: string;
  readonly type?: string;
  readonly instance?: string;
  /** By field. */
  readonly errors?: Readonly<Record<string, readonly string[]>>;
};

/** Takes secrets out of a text. */
export type Hide = (text: string) => string;

const textLengthMax = 500;
const errorCountMax = 100;

/** What an answer says is wrong. Its words are Volue's: cut to a measure, and without our secrets (I9). */
export function parseProblem(status: number, bytes: Uint8Array, hide: Hide): ProblemDetails {
  const text = new TextDecoder().decode(bytes.subarray(0, 256 * 1024));
  const cut = (value: string) => shorten(hide(value));
  const fallback = `Volue answered ${status}`;
  const body = parseJson(text);
  if (isRecord(body)) {
    const read = (name: string) => (typeof body[name] === "string" ? { [name]: cut(body[name]) } : {});
    const errors = toErrors(body.errors, hide);
    const said = { ...read("title"), ...read("detail"), ...(errors === null ? {} : { errors }) };
    // Not as it should be, and yet all that is said of what is wrong.
    const isOdd = Object.keys(said).length === 0 && Object.keys(body).length > 0;
    const whole = isOdd ? { detail: toWords(body, hide) } : {};
    return { title: fallback, ...whole, ...said, ...read("type"), ...read("instance") };
  }
  const words = typeof body === "string" ? body : text.trimStart().startsWith("<") ? "" : text.trim();
  return words === "" ? { title: fallback } : { title: fallback, detail: cut(words) };
}

/** A line for each field that is wrong; where none is named, one for the whole. */
export function toProblemFindings({ title, detail, errors = {} }: ProblemDetails): readonly Finding[] {
  const fields = Object.entries(errors).flatMap(([path, messages]) =>
    messages.map((message) => ({ path: path === "" ? "report" : path, message })),
  );
  if (fields.length > 0) return fields;
  return [{ path: "report", message: detail === undefined ? title : `${title}: ${detail}` }];
}

/** By field; under no field where they are a list, or one text. `null` where there are none. */
function toErrors(errors: unknown, hide: Hide): Readonly<Record<string, readonly string[]>> | null {
  if (errors === undefined || errors === null) return null;
  const entries = Object.entries(isRecord(errors) ? errors : { "": errors }).slice(0, errorCountMax);
  return Object.fromEntries(
    entries.map(([path, messages]) => {
      const list: readonly unknown[] = Array.isArray(messages) ? messages : [messages];
      const said = list.filter((message) => message !== null && message !== "").slice(0, 20);
      return [shorten(hide(path)), said.map((message) => toWords(message, hide))];
    }),
  );
}

/** A text as it is, anything else as JSON: what is nested in an unknown way is said all the same. */
function toWords(value: unknown, hide: Hide): string {
  if (typeof value === "string") return shorten(hide(value));
  const clean = (_: string, member: unknown) => (typeof member === "string" ? hide(member) : member);
  try {
    return shorten(hide(JSON.stringify(value, clean)));
  } catch {
    // Nested deeper than can be written.
    return "…";
  }
}

function shorten(text: string): string {
  return text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}…`;
}
