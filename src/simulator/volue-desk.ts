import type { Desk, Reply, SimulatedRequest } from "./answer.ts";
import type { Portfolio } from "./portfolio.ts";
import { type VolueBook, volueBasePath, volueTokenPath } from "./volue-book.ts";
import { createEventArchive, type EventArchive } from "./volue-events.ts";
import { openVolueFaultBook, type VolueFaultBook, type VoluePlace, type VolueStage } from "./volue-faults.ts";
import { toJsonProblem, toProblem, toRefusal } from "./volue-problem.ts";
import { openReportBox, type ReportBox } from "./volue-reports.ts";
import { answerSimulation } from "./volue-simulation.ts";
import { openTokenOffice, type TokenOffice } from "./volue-tokens.ts";

export type VolueDeskOptions = {
  readonly portfolio: Portfolio;
  readonly nowMs: () => number;
};

/** What stands behind the addresses. */
type VolueOffice = {
  readonly nowMs: () => number;
  readonly faults: VolueFaultBook;
  readonly tokens: TokenOffice;
  readonly archive: EventArchive;
  readonly box: ReportBox;
  /** Settles when the simulator closes: until then a request that hangs stays without an answer. */
  readonly isClosed: Promise<void>;
};

const reset: Reply = { status: 0, body: undefined, isReset: true };
const html = "<!doctype html>\n<html><title>Welcome</title><p>Please sign in.</p></html>\n";

/** Answers as Volue's identity service and its Energy Coordination API. */
export function createVolueDesk({ portfolio, nowMs }: VolueDeskOptions): {
  readonly desk: Desk;
  readonly volue: VolueBook;
  readonly close: () => void;
} {
  const { seed, startDay } = portfolio.world;
  const closed = Promise.withResolvers<void>();
  const faults = openVolueFaultBook();
  const tokens = openTokenOffice(seed, nowMs, faults.tokenUsesMax);
  const archive = createEventArchive(seed, startDay, nowMs);
  const box = openReportBox(seed, nowMs, archive);
  const office: VolueOffice = { nowMs, faults, tokens, archive, box, isClosed: closed.promise };
  return {
    desk: {
      isFor: (path) => path.startsWith("/volue/"),
      answer: (request) => answer(office, request),
    },
    volue: {
      basePath: volueBasePath,
      tokenPath: volueTokenPath,
      clientId: tokens.clientId,
      clientSecret: tokens.clientSecret,
      reports: box.reports,
      get events() {
        return archive.list();
      },
      tokenRequests: tokens.requests,
      setFaults: faults.set,
      expireTokens: tokens.expire,
      setTokenLifetime: tokens.setLifetime,
      setAcknowledgementNames: box.setAcknowledgementNames,
      addEvent: archive.add,
    },
    close: closed.resolve,
  };
}

async function answer(office: VolueOffice, request: SimulatedRequest): Promise<Reply> {
  const path = request.path.startsWith(`${volueBasePath}/`) ? request.path.slice(volueBasePath.length) : null;
  const place = toPlace(request.path, path);
  if (place !== null) {
    const struck = await strike(office, place, "arrived");
    if (struck !== null) return struck;
  }
  if (place === "token") return office.tokens.answer(request);
  if (path === null) return toProblem(404, "There is nothing at this address");
  if (!office.tokens.isGood(request.authorization)) return unauthorized;
  if (path === "/events" || path.startsWith("/events/")) return answerEvents(office.archive, request, path);
  if (path === "/reports") return takeReport(office, request);
  if (path.startsWith("/simulation/")) return answerSimulation(office.archive, request, path);
  return toProblem(404, "There is nothing at this address");
}

// As ASP.NET has it: the header says why, and there is no body.
const unauthorized: Reply = {
  status: 401,
  body: undefined,
  headers: { "www-authenticate": 'Bearer error="invalid_token"' },
};

function toPlace(full: string, path: string | null): VoluePlace | null {
  if (full === volueTokenPath) return "token";
  if (path === null) return null;
  if (path === "/reports") return "reports";
  return path.startsWith("/events") ? "events" : null;
}

/** What a fault makes of the answer, or `null` where none hits. */
async function strike(office: VolueOffice, place: VoluePlace, stage: VolueStage): Promise<Reply | null> {
  const fault = office.faults.hit(place, stage);
  if (fault === null) return null;
  if (fault.kind === "status") return toProblem(fault.status, `Simulated status ${fault.status}`);
  if (fault.kind === "html")
    return { status: 200, body: html, headers: { "content-type": "text/html; charset=utf-8" } };
  if (fault.kind === "throttle") {
    const { retryAfterSeconds } = fault;
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
    const problem = toProblem(429, "Too many requests");
    return { ...problem, headers: { ...problem.headers, ...headers } };
  }
  if (fault.kind.startsWith("hang-")) await office.isClosed;
  return reset;
}

function answerEvents(archive: EventArchive, request: SimulatedRequest, path: string): Reply {
  if (request.method !== "GET") return toProblem(405, "Events are read by GET");
  if (path !== "/events") {
    const event = archive.find(path.slice("/events/".length));
    return event === undefined ? toProblem(404, "Event not found") : { status: 200, body: event };
  }
  const page = toCount(request.query.get("page"), 1, 2 ** 31 - 1);
  const pageSize = toCount(request.query.get("pageSize"), 100, 1000);
  if (page === null || pageSize === null) {
    const name = page === null ? "page" : "pageSize";
    return toRefusal({
      [name]: [`'${name}' must be a whole number from 1 to ${page ? 1000 : 2 ** 31 - 1}.`],
    });
  }
  const listed = archive.page((page - 1) * pageSize, pageSize);
  const totalPages = Math.ceil(listed.totalCount / pageSize);
  const pagination = {
    totalRecords: listed.totalCount,
    pageSize,
    currentPage: page,
    totalPages,
    nextPage: page < totalPages ? page + 1 : null,
    previousPage: page > 1 ? page - 1 : null,
  };
  return { status: 200, body: { pagination, events: listed.events } };
}

function toCount(text: string | null, usual: number, max: number): number | null {
  if (text === null || text === "") return usual;
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= max ? count : null;
}

async function takeReport(office: VolueOffice, request: SimulatedRequest): Promise<Reply> {
  if (request.method !== "POST") return toProblem(405, "A report is sent by POST");
  if (request.body === undefined || request.body === null)
    return toRefusal({ $: ["The request body is not JSON."] });
  const taken = office.box.take(request.body);
  if ("errors" in taken) {
    const isPlain = office.faults.hit("reports", "refused") !== null;
    return isPlain ? toJsonProblem(taken.errors) : toRefusal(taken.errors);
  }
  const struck = await strike(office, "reports", "stored");
  if (struck !== null) return struck;
  const { id, eventId, createdAt } = taken.report;
  return { status: 200, body: { id, eventId, createdAt } };
}
