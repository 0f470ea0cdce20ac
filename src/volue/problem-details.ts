import { isRecord } from "./fields.ts";
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
    const errors = isRecord(body.errors) ? { errors: toErrors(body.errors, cut) } : {};
    return {
      title: fallback,
      ...read("title"),
      ...read("detail"),
      ...read("type"),
      ...read("instance"),
      ...errors,
    };
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

function toErrors(
  errors: Readonly<Record<string, unknown>>,
  cut: (text: string) => string,
): Readonly<Record<string, readonly string[]>> {
  const entries = Object.entries(errors).slice(0, errorCountMax);
  return Object.fromEntries(
    entries.map(([path, messages]) => {
      const list = Array.isArray(messages) ? messages : [messages];
      const texts = list.filter((message) => typeof message === "string").slice(0, 20);
      return [cut(path), texts.map(cut)];
    }),
  );
}

function shorten(text: string): string {
  return text.length <= textLengthMax ? text : `${text.slice(0, textLengthMax)}…`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
