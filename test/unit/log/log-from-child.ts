import { Failure } from "../../../src/failure/index.ts";
import { type LogLevel, openLogger } from "../../../src/log/index.ts";

/** Logs everything that could hold a secret, as a child process whose output the test reads. */
const logger = openLogger({ level: process.argv[2] as LogLevel, pretty: process.argv[3] === "pretty" });
const token = "tok-1:very-secret";

/** Like an HTTP library's options: no plain object, with everything inside. */
function openOptions(): object {
  const inherited = { retry: () => true };
  return Object.assign(Object.create(inherited), {
    headers: { authorization: `Bearer ${token}` },
    payload: "PRIVATE-CUSTOMER",
  });
}

const requestError = Object.assign(new Error(`401 for Bearer ${token}`), {
  code: "ERR_X",
  options: openOptions(),
  request: { headers: { authorization: token } },
  response: { body: "PRIVATE-CUSTOMER" },
});
let parseError: unknown;
try {
  JSON.parse("PRIVATE-CUSTOMER");
} catch (error) {
  parseError = error;
}
const failure = new Failure("environment", "could not read a page", {
  cause: requestError,
  fields: { status: 503, page_count: 2 },
});

logger.debug({ step: "quiet" }, "a detail");
logger.info({ meter_count: 3, is_done: true, regions: ["CAISO"] }, "read %s of it");
logger.warn(
  { headers: { authorization: token }, options: openOptions(), nested: { options: openOptions() } },
  "odd",
);
logger.warn(
  { found: openOptions(), list: [{ api_key: token }], text: `authorization: Bearer ${token}` },
  "odder",
);
logger.error({ error: failure }, "the run failed");
logger.error({ error: requestError, run_id: "r1\u001b[31m" }, `a bug with Bearer ${token}`);
logger.error(
  { error: parseError, body: "PRIVATE-CUSTOMER", password: token, email: "x@PRIVATE-CUSTOMER" },
  "parsed",
);
// Nothing that was logged may be lost, however the process ends.
process.kill(process.pid, "SIGKILL");
