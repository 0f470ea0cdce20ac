// For a container's HEALTHCHECK: exit code 0 where `schedule` answers GET /healthz with 200. Any other command is
// well as long as it runs: it ends by itself, and its exit code tells.
import { readFileSync } from "node:fs";
import { get } from "node:http";

const defaultListen = "127.0.0.1:9464";
const answerWithinMs = 4000;

const isSchedule = readFileSync("/proc/1/cmdline", "utf8").split("\0").includes("schedule");
if (isSchedule) ask(toAddress(readListen()));

/** Without the shared agent, which may go through a proxy. */
function ask(address) {
  const request = get({ ...address, path: "/healthz", agent: false, timeout: answerWithinMs }, (response) => {
    response.resume();
    if (response.statusCode !== 200) tell(`answered ${response.statusCode}`);
  });
  request.on("timeout", () => request.destroy(new Error(`no answer within ${answerWithinMs} ms`)));
  request.on("error", (error) => tell(error.message));
}

function tell(what) {
  process.stderr.write(`schedule is not well: ${what}\n`);
  process.exitCode = 1;
}

/** As the program finds it: in the environment, else in the JSON file beneath. */
function readListen() {
  const { METER_SYNC_LISTEN: listen, METER_SYNC_CONFIG: path } = process.env;
  if (listen) return listen.trim();
  const beneath = path ? JSON.parse(readFileSync(path, "utf8")).METER_SYNC_LISTEN : undefined;
  return beneath || defaultListen;
}

/** What listens on all addresses (0.0.0.0, [::]) is reached by the same: on Linux it means this machine. */
function toAddress(listen) {
  const colon = listen.lastIndexOf(":");
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return { host, port: Number(listen.slice(colon + 1)) };
}
