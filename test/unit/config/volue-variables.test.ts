import { expect, test } from "vitest";
import { configOf, problemsOf } from "./config-of.ts";

test("a client of Volue's is an id and a secret, or neither", () => {
  const client = { VOLUE_CLIENT_ID: "client-1", VOLUE_CLIENT_SECRET: "s" };
  expect(configOf({ ...client, VOLUE_BASE_URL: "https://volue.example/a/v1/" }).volue).toMatchObject({
    baseUrl: "https://volue.example/a/v1",
    credentials: { clientId: "client-1", clientSecret: "s" },
  });
  expect(problemsOf({ VOLUE_CLIENT_ID: "client-1" })).toEqual([
    expect.stringMatching(/^VOLUE_CLIENT_SECRET must be set as well/),
  ]);
  expect(problemsOf({ VOLUE_CLIENT_SECRET: "s" })).toEqual([
    expect.stringMatching(/^VOLUE_CLIENT_ID must be set as well/),
  ]);
  expect(problemsOf({ VOLUE_CLIENT_ID: "client-1", VOLUE_CLIENT_SECRET_FILE: "/none" })).toEqual([
    expect.stringMatching(/^VOLUE_CLIENT_SECRET_FILE names a file that cannot be read/),
  ]);
});

test("an unknown variable of Volue's is another program's, unless it is close to one of ours", () => {
  expect(problemsOf({ VOLUE_WEBHOOK_SECRET: "hidden-value", VOLUE_API_KEY: "x" })).toEqual([]);
  expect(problemsOf({ VOLUE_CLIENT_SECERT: "hidden-value", VOLUE_BASE_URI: "x" })).toEqual([
    expect.stringMatching(/^VOLUE_CLIENT_SECERT is not.*did you mean VOLUE_CLIENT_SECRET\?$/),
    expect.stringContaining("did you mean VOLUE_BASE_URL?"),
  ]);
  expect(problemsOf({ VOLUE_API_SERVICE_HOST: "10.0.0.8", VOLUEFROG: "1" })).toEqual([]);
});

test("how acknowledgements are named is shown where it is wrong, an address is not (I9)", () => {
  expect(problemsOf({ VOLUE_ACKNOWLEDGEMENT_TYPES: "guide" })).toEqual([
    expect.stringMatching(/^VOLUE_ACKNOWLEDGEMENT_TYPES "guide" is not usable/),
  ]);
  expect(problemsOf({ VOLUE_TOKEN_URL: "http://hidden.example" })).toEqual([
    expect.not.stringContaining("hidden"),
  ]);
});
