import { describe, expect, it, type TestContext } from "vitest";
import { startHeartbeat } from "../../src/heartbeat/index.ts";
import { openPingReceiver, type PingReceiver, secretPath } from "./ping-receiver.ts";

const runId = "0c5d1a9e-7a31-4b52-9d3f-2f6f0f2c3b11";
const limits = { pingMs: 250, startMs: 60, stoppingMs: 100 };
const start = ({ url }: Pick<PingReceiver, "url">) => startHeartbeat({ url, runId });
const done = { outcome: 0, words: "sync: published", isStopping: false };

async function receive(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  answer: PingReceiver["answer"] = 200,
): Promise<PingReceiver> {
  const receiver = await openPingReceiver();
  onTestFinished(() => receiver.close());
  receiver.answer = answer;
  return receiver;
}

async function timed<T>(body: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const before = performance.now();
  const value = await body();
  return { value, ms: performance.now() - before };
}

describe.concurrent("a heartbeat", () => {
  it("says that a job began, then that it ended, tied by the id of the run", async (context) => {
    const receiver = await receive(context);
    expect(await start(receiver).end(done)).toBeNull();
    expect(receiver.pings).toEqual([
      { method: "POST", beneath: "/start", runId, body: "" },
      { method: "POST", beneath: "", runId, body: "sync: published" },
    ]);
  });

  it.for([
    [3, "/3"],
    ["fail", "/fail"],
  ] as const)("tells of an end by %s beneath %s", async ([outcome, beneath], context) => {
    const receiver = await receive(context);
    expect(await start(receiver).end({ ...done, outcome })).toBeNull();
    expect(receiver.pings.at(-1)).toMatchObject({ beneath, runId });
  });

  it("says no more than a thousand characters", async (context) => {
    const receiver = await receive(context);
    await start(receiver).end({ ...done, words: "x".repeat(5000) });
    expect(receiver.pings.at(-1)?.body).toBe("x".repeat(1000));
  });

  it.for([[500], ["cut"]] as const)(
    "is sent twice where it is answered %s, then left",
    async ([answer], context) => {
      const receiver = await receive(context, answer);
      const fault = await start(receiver).end(done);
      expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", "/start", "", ""]);
      expect(fault).toMatchObject({ host: receiver.host, ping: "end" });
      expect(fault?.reason).toBe(answer === 500 ? "HTTP 500" : "ECONNRESET");
      expect(JSON.stringify(fault)).not.toContain(secretPath);
    },
  );

  it.for([[404], [302]] as const)("is sent once where it is refused by %i", async ([answer], context) => {
    const receiver = await receive(context, answer);
    expect((await start(receiver).end(done))?.reason).toBe(`HTTP ${answer}`);
    expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", ""]);
  });

  it("tells of a start that was not taken, where the end was", async (context) => {
    const receiver = await receive(context, 404);
    const heartbeat = start(receiver);
    await expect.poll(() => receiver.pings.length).toBe(1);
    receiver.answer = 200;
    expect(await heartbeat.end(done)).toMatchObject({ ping: "start" });
  });

  it("does not wait longer than it may for a service that hangs", async (context) => {
    const receiver = await receive(context, "hang");
    const heartbeat = startHeartbeat({ url: receiver.url, runId, limits });
    await expect.poll(() => receiver.pings.length).toBe(1);
    const { value, ms } = await timed(() => heartbeat.end(done));
    expect(value).toEqual({ host: receiver.host, ping: "end", reason: "no answer in time" });
    expect(receiver.pings.map(({ beneath }) => beneath)).toEqual(["/start", ""]);
    expect(ms).toBeGreaterThan(200);
    expect(ms).toBeLessThan(5000);
  });

  it("waits less where the program is told to stop, and still says how it ended", async (context) => {
    const receiver = await receive(context, "hang");
    const patient = { pingMs: 60_000, startMs: 60_000, stoppingMs: 200 };
    const heartbeat = startHeartbeat({ url: receiver.url, runId, limits: patient });
    await expect.poll(() => receiver.pings.length).toBe(1);
    const end = { outcome: "fail", words: "", isStopping: true } as const;
    const { ms } = await timed(() => heartbeat.end(end));
    expect(receiver.pings.at(-1)).toMatchObject({ beneath: "/fail" });
    expect(ms).toBeLessThan(5000);
  });

  it("is not waited for any more once that is given up", async (context) => {
    const receiver = await receive(context, "hang");
    const patient = { pingMs: 60_000, startMs: 0, stoppingMs: 60_000 };
    const givenUp = new AbortController();
    const heartbeat = startHeartbeat({
      url: receiver.url,
      runId,
      limits: patient,
      signal: givenUp.signal,
    });
    const ended = heartbeat.end(done);
    await expect.poll(() => receiver.pings.some(({ beneath }) => beneath === "")).toBe(true);
    givenUp.abort();
    expect(await ended).toMatchObject({ ping: "end", reason: "no answer in time" });
  });

  it("is no matter where nobody listens", async (context) => {
    const receiver = await receive(context);
    await receiver.close();
    expect((await start(receiver).end(done))?.reason).toBe("ECONNREFUSED");
    expect((await start({ url: "http://no-such-host.invalid/x" }).end(done))?.reason).toMatch(
      /^(E[A-Z_]+|no answer)/,
    );
  });
});
