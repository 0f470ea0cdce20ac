import { expect, test } from "vitest";
import { toStatusFailure } from "../../../src/leap/translation.ts";

const answer = {
  bytes: new Uint8Array(),
  contentType: "",
  location: null,
  retryAfter: null,
  serverDateMs: null,
  attemptCount: 1,
};

function messageOf(host: string, kind: "key" | "login", status: number): string {
  const asked = { url: `https://${host}/v2/meters/enrollments/search`, purpose: "read a page of meters" };
  return toStatusFailure({ ...answer, status }, asked, { kind, secrets: [] }).message;
}

test("a refused key is explained: it is wrong, or it is one of the other environment", () => {
  expect(messageOf("api.leap.energy", "key", 403)).toBe(
    "Could not read a page of meters: api.leap.energy refused the key (403). The key is wrong or has " +
      "ended, may not read meters, or belongs to the other environment (this is production; staging is " +
      "https://api.staging.leap.energy). Check LEAP_API_KEY and LEAP_BASE_URL.",
  );
  expect(messageOf("api.staging.leap.energy", "key", 401)).toMatch(
    /\(401\).*this is staging; production is https:\/\/api\.leap\.energy\)/,
  );
  expect(messageOf("leap.example", "key", 401)).toMatch(
    /production is https:\/\/api\.leap\.energy, staging https:\/\/api\.staging\.leap\.energy/,
  );
});

test("a refused login speaks of the login, not of a key that there is none of", () => {
  expect(messageOf("api.leap.energy", "login", 401)).toMatch(
    /refused the login's token, and a new one too \(401\)\..*Check LEAP_EMAIL, LEAP_LOGIN_URL and LEAP_BASE/,
  );
  expect(messageOf("api.leap.energy", "login", 403)).toMatch(/refused the login's token \(403\)\./);
  expect(messageOf("api.leap.energy", "login", 403)).not.toMatch(/the key/);
});
