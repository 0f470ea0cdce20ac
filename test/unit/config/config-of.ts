import { parseConfig, type VariableName } from "../../../src/config/index.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export function parse(environment: Environment, files: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT ${path}`);
    return text;
  };
  return parseConfig({ environment, readFile, cwd: "/srv/job" });
}

export function configOf(environment: Environment, files: Readonly<Record<string, string>> = {}) {
  const parsed = parse(environment, files);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

export function problemsOf(
  environment: Environment,
  files: Readonly<Record<string, string>> = {},
): readonly string[] {
  const parsed = parse(environment, files);
  return parsed.ok ? [] : parsed.problems;
}

/** Whatever else a bad or good value needs around it, so that nothing but itself can be wrong. */
export const company: Partial<Record<VariableName, Environment>> = {
  LEAP_EMAIL: { LEAP_PASSWORD: "p", LEAP_LOGIN_URL: "https://login.example/in" },
  LEAP_PASSWORD: { LEAP_EMAIL: "a@b.example", LEAP_LOGIN_URL: "https://login.example/in" },
  LEAP_LOGIN_URL: { LEAP_EMAIL: "a@b.example", LEAP_PASSWORD: "p" },
  VOLUE_CLIENT_ID: { VOLUE_CLIENT_SECRET: "s" },
  VOLUE_CLIENT_SECRET: { VOLUE_CLIENT_ID: "c" },
  METER_SYNC_ACKNOWLEDGED_BY: { METER_SYNC_SINKS: "stdout,file:e.ndjson" },
};
