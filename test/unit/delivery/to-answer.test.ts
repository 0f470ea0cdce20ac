import { describe, expect, it } from "vitest";
import { toAnswer, toFaultAnswer } from "../../../src/delivery/to-answer.ts";

const receiver = { name: "webhook:ems", url: "https://ems.example:8443/in/s3cret?token=s3cret" };

function answer(status: number, retryAfterMs: number | null = null, body = "") {
  return toAnswer(receiver, { status, body, retryAfterMs });
}

describe("what an answer means", () => {
  it.each([200, 201, 202, 204, 207, 299])("takes %d for taken", (status) => {
    expect(answer(status)).toMatchObject({ kind: "taken", message: null });
  });

  it.each([400, 406, 409, 411, 412, 413, 415, 418, 422, 431])("takes %d for refused content", (status) => {
    expect(answer(status).kind).toBe("refused");
  });

  it.each([301, 302, 307, 308, 401, 403, 404, 405, 407, 408, 421, 425, 500, 502, 503, 504, 599])(
    "takes %d for something that may be the receiver",
    (status) => {
      expect(answer(status).kind).toBe("failed");
    },
  );

  it("takes 410 for good, and waits for 429 and for 503 that says when", () => {
    expect(answer(410).kind).toBe("gone");
    expect(answer(429).kind).toBe("busy");
    expect(answer(503, 2000)).toMatchObject({ kind: "busy", retryAfterMs: 2000 });
  });

  it("keeps the start of the body, and nothing of a secret address (I9)", () => {
    expect(answer(422, null, "x".repeat(600)).answer).toBe("x".repeat(500));
    expect(answer(500).answer).toBeNull();
    for (const status of [302, 401, 404, 410, 422, 429, 500]) {
      expect(answer(status).message).toContain("ems.example:8443");
      expect(answer(status).message).not.toContain("s3cret");
    }
  });

  it("tells what never reached the receiver from what may have", () => {
    expect(toFaultAnswer(receiver, "ECONNREFUSED", true)).toMatchObject({
      kind: "unreachable",
      status: null,
    });
    expect(toFaultAnswer(receiver, "CERT_HAS_EXPIRED", true).message).toContain("check its certificate");
    expect(toFaultAnswer(receiver, "ECONNRESET", false)).toMatchObject({ kind: "failed", status: null });
    expect(toFaultAnswer(receiver, "ECONNRESET", false).message).not.toContain("s3cret");
  });
});
