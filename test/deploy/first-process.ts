import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * The first process of a container, as its health check sees it: started as PID 1 with the words of a command
 * line, it answers `GET /healthz` and asks the check, in one way and another. Prints what came of it as JSON.
 */
const check = join(import.meta.dirname, "..", "..", "deploy", "image", "healthcheck.js");
const folder = mkdtempSync(join(tmpdir(), "healthcheck-"));
const asked: string[] = [];
let status = 200;

const server = createServer((incoming, outgoing) => {
  asked.push(`${incoming.method} ${incoming.url}`);
  outgoing.writeHead(status).end("{}");
});
const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
const hasIpv6 = addresses.some(({ family, internal }) => internal && family === "IPv6");
await once(server.listen(0, hasIpv6 ? "::" : "0.0.0.0"), "listening");
const { port } = server.address() as AddressInfo;
const configPath = join(folder, "meter-sync.json");
writeFileSync(configPath, JSON.stringify({ METER_SYNC_LISTEN: `127.0.0.1:${port}` }));

const here = { METER_SYNC_LISTEN: `127.0.0.1:${port}` };
const outcomes = {
  ...(await askAll({
    well: here,
    onAllAddresses: { METER_SYNC_LISTEN: `0.0.0.0:${port}` },
    onAllOfIpv6: hasIpv6 ? { METER_SYNC_LISTEN: `[::]:${port}` } : here,
    fromFile: { METER_SYNC_CONFIG: configPath },
    environmentFirst: { METER_SYNC_CONFIG: configPath, METER_SYNC_LISTEN: "127.0.0.1:1" },
    besideProxy: { ...here, NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://127.0.0.1:1" },
  })),
  ...(await askUnwell()),
};
server.close();
rmSync(folder, { recursive: true });
process.stdout.write(JSON.stringify({ pid: process.pid, outcomes, asked }));

type Environment = Readonly<Record<string, string>>;

async function askUnwell(): Promise<Record<string, unknown>> {
  status = 503;
  return askAll({ unwell: here });
}

async function askAll(environments: Readonly<Record<string, Environment>>): Promise<Record<string, unknown>> {
  const asking = Object.entries(environments).map(async ([name, environment]) => [
    name,
    await ask(environment),
  ]);
  return Object.fromEntries(await Promise.all(asking));
}

async function ask(environment: Environment): Promise<unknown> {
  const child = spawn(process.execPath, [check], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let words = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    words += text;
  });
  const [code] = await once(child, "close");
  return words === "" ? code : `${code}: ${words.trim()}`;
}
