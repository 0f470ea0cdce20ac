import type { VolueFault } from "./volue-faults.ts";

export type VolueEventPayload = Readonly<Record<string, unknown>> & {
  readonly payloadType: "PriceCurve" | "LocationLPC" | "ResourceLPC" | "LPCReservation" | "UserEligibility";
};

export type VolueEvent = {
  readonly id: string;
  readonly createdAt: string;
  readonly payload: VolueEventPayload;
};

/** A report as Volue keeps it; `body` is what was sent, unread. */
export type VolueStoredReport = {
  readonly id: string;
  readonly eventId: string;
  readonly createdAt: string;
  readonly body: unknown;
};

export type VolueTokenRequest = {
  readonly atMs: number;
  readonly isGranted: boolean;
  readonly scope: string | null;
};

/** The simulated Volue, for tests to look at and to set. */
export type VolueBook = {
  /** Where the API and the tokens are, below the simulator's address. */
  readonly basePath: string;
  readonly tokenPath: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** All that were stored, oldest first, the second one of an event too: nothing says that Volue minds. */
  readonly reports: readonly VolueStoredReport[];
  /** All there are by the simulated clock, newest first. */
  readonly events: readonly VolueEvent[];
  readonly tokenRequests: readonly VolueTokenRequest[];
  /** Replaces the faults in force; an empty list heals. */
  readonly setFaults: (faults: readonly VolueFault[]) => void;
  /** Every token given out so far is refused from now on. */
  readonly expireTokens: () => void;
  /** How long tokens given out from now on last by the simulated clock (an hour). */
  readonly setTokenLifetime: (tokenLifetimeMs: number) => void;
  /** Which names of acknowledgements are taken: the swagger's (at first), or the guide's. */
  readonly setAcknowledgementNames: (names: AcknowledgementNames) => void;
  /** An event of one's own, created now or then. */
  readonly addEvent: (payload: VolueEventPayload, createdAtMs?: number) => VolueEvent;
};

/** `LocationLPCAcknowledgement` in Volue's swagger is `LocationLPCAcknowledged` in its guide. */
export type AcknowledgementNames = "swagger" | "guide";

/** Below the simulator's address. */
export const volueBasePath = "/volue/energy-coordination/v1";
export const volueTokenPath = "/volue/connect/token";
