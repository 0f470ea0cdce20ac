import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A request on its way: it came, Volue has answered it, that answer has left for whoever asked. */
export type DoorStage = "arrived" | "answered" | "returned";

export type DoorStep = {
  readonly place: "token" | "event" | "report";
  readonly stage: DoorStage;
  /** Of what is asked or reported; empty for tokens. */
  readonly eventId: string;
  /** Volue's, once it has answered. */
  readonly status: number | null;
};

/** A door in front of a simulated Volue: what goes through is seen, and may be kept back for ever. */
export type VolueDoor = {
  readonly url: string;
  /** What becomes of a request at each step; it is kept back where this says `stays`. */
  watch: (step: DoorStep) => Promise<"goes" | "stays"> | "goes" | "stays";
  readonly close: () => Promise<void>;
};

export async function openVolueDoor(target: string): Promise<VolueDoor> {
  const server = createServer(async (request, response) => {
    const body = await collect(request);
    const step = toStep(request.url ?? "/", body);
    const pass = async (stage: DoorStage, status: number | null) =>
      (await door.watch({ ...step, stage, status })) === "goes";
    if (!(await pass("arrived", null))) return;
    const answer = await ask(target, request, body).catch(() => null);
    if (answer === null) {
      request.socket.resetAndDestroy();
      return;
    }
    if (!(await pass("answered", answer.status))) return;
    response.once("finish", () => void pass("returned", answer.status));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const door: VolueDoor = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watch: () => "goes",
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return door;
}

async function ask(target: string, request: IncomingMessage, body: Buffer) {
  const { authorization = "", "content-type": type = "" } = request.headers;
  const answer = await fetch(`${target}${request.url}`, {
    method: request.method ?? "GET",
    headers: { authorization, "content-type": type },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
  });
  const names = ["content-type", "date", "retry-after", "www-authenticate"];
  const known = names.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(known),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function toStep(url: string, body: Buffer): Pick<DoorStep, "place" | "eventId"> {
  const path = url.split("?")[0] ?? "";
  if (path.endsWith("/connect/token")) return { place: "token", eventId: "" };
  if (!path.endsWith("/reports")) return { place: "event", eventId: path.split("/").at(-1) ?? "" };
  const { eventId } = JSON.parse(body.toString("utf8")) as { readonly eventId: string };
  return { place: "report", eventId };
}
