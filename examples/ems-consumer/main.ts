/** An EMS that keeps its groups from meter-sync's webhooks. README.md says how to run it. */
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { loadDueReports, openReporter, type Report, removeReported } from "./acknowledge.ts";
import { loadDigests, loadMembers } from "./groups.ts";
import { openReceiver } from "./receiver.ts";
import { bootstrap, openStore, readDates, type Store } from "./store.ts";

const usage = `node main.ts                        take webhooks until SIGTERM
node main.ts members GROUP DATE     who is in a group on a trade date
node main.ts digest [DATE…]         count and digest of every group, on the snapshot's dates or on these
node main.ts reports                what is applied and not reported, one a line, for: meter-sync ack
node main.ts reported FILE          forget the reports in that file: they were taken
node main.ts notes                  when and why it started from the snapshot
`;

function main([command, ...words]: readonly string[]): void {
  const store = openStore(readSetting("EMS_DATABASE"), command !== undefined);
  if (command === undefined) serve(store);
  else {
    for (const line of toLines(store, command, words)) process.stdout.write(`${JSON.stringify(line)}\n`);
    store.close();
  }
}

function serve(store: Store): void {
  const snapshotPath = readSetting("EMS_SNAPSHOT");
  const secrets = readSetting("EMS_WEBHOOK_SECRETS").split(/[\s,]+/);
  const ackUrl = process.env.EMS_ACK_URL;
  const reporter = ackUrl ? openReporter(store, ackUrl, readSetting("EMS_ACK_TOKEN"), log) : null;
  if (store.prepare("SELECT 1 FROM place").get() === undefined)
    bootstrap(store, snapshotPath, "nothing held yet");

  const server = openReceiver({ store, snapshotPath, secrets, log, onTaken: () => reporter?.wake() });
  const [host, port] = (process.env.EMS_LISTEN || "127.0.0.1:8090").split(":");
  server.listen(Number(port), host, () => {
    const address = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://${address.address}:${address.port}/events` })}\n`);
    // What was left of last time.
    reporter?.wake();
  });
  process.once("SIGTERM", () => {
    reporter?.close();
    // Requests in hand are answered first.
    server.close(() => store.close());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 5000).unref();
  });
}

function toLines(store: Store, command: string, words: readonly string[]): readonly unknown[] {
  const [first = "", second = ""] = words;
  switch (command) {
    case "members":
      return [loadMembers(store, first, second)];
    case "digest":
      return (words.length > 0 ? words : readDates(readSetting("EMS_SNAPSHOT"))).flatMap((date) =>
        loadDigests(store, date).map((digest) => ({ trade_date: date, ...digest })),
      );
    case "reports":
      return loadDueReports(store, -1);
    case "reported":
      for (const line of readFileSync(first, "utf8").split("\n").filter(Boolean))
        removeReported(store, [JSON.parse(line) as Report]);
      return [];
    case "notes":
      return store.prepare("SELECT noted_at, text FROM note ORDER BY note_id").all();
    default:
      throw new Error(`no command ${command}\n${usage}`);
  }
}

function readSetting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; README.md says what it is`);
  return value;
}

function log(facts: object): void {
  process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), ...facts })}\n`);
}

main(process.argv.slice(2));
