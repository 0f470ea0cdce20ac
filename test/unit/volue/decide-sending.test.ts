import { describe, expect, test } from "vitest";
import type { HttpOutcome } from "../../../src/http/index.ts";
import { decideOutcome } from "../../../src/volue/decide-outcome.ts";
import { decideSending } from "../../../src/volue/decide-sending.ts";
import type { KeptReport, ReportState } from "../../../src/volue/index.ts";
import { toExitCode } from "../../../src/volue/index.ts";
import { parseProblem, toProblemFindings } from "../../../src/volue/problem-details.ts";

const kept = (state: ReportState) => ({ report_id: "a", state }) as KeptReport;

describe("whether a report is sent", () => {
  test.each([
    [null, "send"],
    ["reported", "already"],
    ["refused", "send"],
    ["unsent", "send"],
    ["uncertain", "uncertain"],
    ["sending", "uncertain"],
  ] as const)("that is %s: %s, whatever is asked for", (state, kind) => {
    const own = state === null ? null : kept(state);
    for (const isAgain of [false, true]) expect(decideSending({ own, others: [] }, isAgain).kind).toBe(kind);
  });

  test.each([
    ["reported", "withheld"],
    ["refused", "send"],
    ["unsent", "send"],
    ["uncertain", "withheld"],
    ["sending", "withheld"],
  ] as const)("beside another one that is %s: %s, but sent where that is asked for", (state, kind) => {
    const others = [kept("unsent"), kept(state)];
    expect(decideSending({ own: null, others }, false).kind).toBe(kind);
    expect(decideSending({ own: null, others }, true).kind).toBe("send");
    expect(decideSending({ own: kept("refused"), others }, false).kind).toBe(kind);
  });
});

function answer(status: number, body = "", contentType = "application/json"): HttpOutcome {
  const bytes = new TextEncoder().encode(body);
  const headers = { contentType, location: null, retryAfter: null, serverDateMs: null };
  return { kind: "answer", answer: { status, bytes, ...headers } };
}

const fault = (mayHaveArrived: boolean): HttpOutcome => ({
  kind: "fault",
  fault: { code: "ECONNRESET", message: "secret words", mayHaveArrived },
});

describe("what became of a report that was sent", () => {
  test.each<[string, HttpOutcome, string, boolean]>([
    ["200 with an id", answer(200, '{"id":"r-1","eventId":"e"}'), "reported", false],
    ["201 with an id", answer(201, '{"id":"r-1"}'), "reported", false],
    ["200 without one", answer(200, "{}"), "uncertain", false],
    ["200 with an id that is none", answer(200, '{"id":5}'), "uncertain", false],
    ["200 with a page", answer(200, "<html>"), "uncertain", false],
    ["204", answer(204), "uncertain", false],
    ["302", answer(302), "uncertain", false],
    ["400", answer(400, '"Bad"'), "refused", false],
    ["401", answer(401), "unsent", true],
    ["403", answer(403), "unsent", false],
    ["404", answer(404), "refused", false],
    ["408", answer(408), "uncertain", false],
    ["409", answer(409), "refused", false],
    ["422", answer(422), "refused", false],
    ["429", answer(429), "unsent", true],
    ["500", answer(500), "uncertain", false],
    ["503", answer(503), "uncertain", false],
    ["no connection", fault(false), "unsent", true],
    ["a connection that broke", fault(true), "uncertain", false],
    ["an answer without end", { kind: "oversize", bytesMax: 9 }, "uncertain", false],
  ])("%s", (_, outcome, state, endsRun) => {
    const decided = decideOutcome(outcome, (text) => text);
    expect(decided).toMatchObject({ state, endsRun, volueId: state === "reported" ? "r-1" : null });
    expect(decided.problem === null).toBe(state === "reported");
    expect(JSON.stringify(decided)).not.toContain("secret words");
  });
});

describe("why Volue refused", () => {
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const hide = (text: string) => text.replaceAll("canary", "…");

  test("is no matter of how deep it is nested", () => {
    const deep = `{"errors":{"a":${"[".repeat(50_000)}${"]".repeat(50_000)},"b":"few"}}`;
    const problem = parseProblem(400, new TextEncoder().encode(deep), hide);
    expect(toProblemFindings(problem)).toContainEqual({ path: "b", message: "few" });
  });

  test.each<[string, unknown, string]>([
    ["one text for errors", { errors: "too canary" }, "report: too …"],
    [
      "a list",
      { title: "No", errors: ["a", { code: 7, message: "canary" }] },
      'report: {"code":7,"message":"…"}',
    ],
    ["nested fields", { errors: { points: { 0: ["few"] } } }, 'points: {"0":["few"]}'],
    ["another form", { message: "no canary" }, 'report: Volue answered 400: {"message":"no …"}'],
    ["an empty list", { title: "No", errors: {} }, "report: No"],
    ["nothing", {}, "report: Volue answered 400"],
    ["a list of texts", ["few"], 'report: Volue answered 400: ["few"]'],
  ])("is told where it is said by %s", (_, body, expected) => {
    const findings = toProblemFindings(parseProblem(400, encode(body), hide));
    expect(findings.map(({ path, message }) => `${path}: ${message}`)).toContain(expected);
  });

  test("is told by field where it names fields", () => {
    const errors = {
      "payloads[0].resolution": ["must be hourly", "is odd"],
      "": ["no canary"],
      odd: "text",
      none: 5,
    };
    const problem = parseProblem(
      400,
      encode({ title: "One or more", status: 400, errors, traceId: "x" }),
      hide,
    );
    expect(problem).toEqual({
      title: "One or more",
      errors: {
        "payloads[0].resolution": ["must be hourly", "is odd"],
        "": ["no …"],
        odd: ["text"],
        none: ["5"],
      },
    });
    expect(toProblemFindings(problem)).toEqual([
      { path: "payloads[0].resolution", message: "must be hourly" },
      { path: "payloads[0].resolution", message: "is odd" },
      { path: "report", message: "no …" },
      { path: "odd", message: "text" },
      { path: "none", message: "5" },
    ]);
  });

  test.each([
    ["a text", encode("Event is canary"), "Volue answered 400: Event is …"],
    ["words", new TextEncoder().encode(" too late "), "Volue answered 400: too late"],
    ["a page", new TextEncoder().encode("<!doctype html>canary"), "Volue answered 400"],
    ["nothing", new Uint8Array(), "Volue answered 400"],
    ["a title", encode({ title: "Bad", detail: "of canary" }), "Bad: of …"],
    ["a list", encode([1]), "Volue answered 400: [1]"],
  ])("is told in one line where it sends %s", (_, bytes, message) => {
    expect(toProblemFindings(parseProblem(400, bytes, hide))).toEqual([{ path: "report", message }]);
  });

  test("is cut to a measure", () => {
    const errors = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`f${index}`, ["x".repeat(9999)]]),
    );
    expect(JSON.stringify(parseProblem(400, encode({ errors }), hide)).length).toBeLessThan(60_000);
  });
});

test("the exit code is that of the report that needs a person most", () => {
  const code = (...codes: number[]) => toExitCode(codes.map((exitCode) => ({ exitCode })));
  expect(code()).toBe(0);
  expect(code(0, 3)).toBe(3);
  expect(code(3, 2, 0)).toBe(2);
  expect(code(2, 4)).toBe(4);
  expect(code(4, 7, 2, 3)).toBe(7);
});
