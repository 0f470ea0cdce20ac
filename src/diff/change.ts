import type { Program, TradeDate } from "../market/index.ts";
import type { Meter, Preference, RequiredAction } from "../meter/index.ts";

/** Why a remap leaves its meter without a group. */
export type RemapReason = "missing" | "withdrawn" | "not_assigned_yet" | "period_ended";

/** A change of assignment: who holds `before` and applies every remap to its dates holds `after`. */
export type Remap = {
  readonly type: "meter.group.remapped";
  readonly program: Program;
  readonly kind: "assigned" | "moved" | "unassigned";
  /** `revised` when its first date had been published before, `announced` otherwise. */
  readonly basis: "announced" | "revised";
  /** Set when it leads to no group. */
  readonly reason: RemapReason | null;
  readonly fromMarketGroupIds: readonly string[];
  readonly toMarketGroupIds: readonly string[];
  readonly effectiveFrom: TradeDate;
  /** Inclusive; `null` when it never ends. */
  readonly effectiveTo: TradeDate | null;
  /** Hours from now to the start of the first trade date; negative when it has begun. */
  readonly leadTimeHours: number;
};

export type ProgramStatusChange = {
  readonly program: string;
  readonly deliveryPeriod: string | null;
  readonly before: readonly string[];
  readonly after: readonly string[];
};

export type EnrollmentStatus = { readonly status: string | null; readonly dispatchable: boolean };

/** What changed about one meter. */
export type MeterChange =
  | { readonly type: "meter.created"; readonly meter: Meter; readonly preference: Preference | null }
  | {
      readonly type: "meter.enrollment.global-status.updated";
      readonly before: EnrollmentStatus;
      readonly after: EnrollmentStatus;
    }
  | {
      readonly type: "meter.enrollment.program-status.updated";
      readonly changes: readonly ProgramStatusChange[];
    }
  | {
      readonly type: "meter.enrollment.participation-status.updated";
      readonly before: Preference | null;
      readonly after: Preference | null;
    }
  | {
      readonly type: "meter.enrollment.required-actions.updated";
      readonly added: readonly RequiredAction[];
      readonly changed: readonly { readonly before: RequiredAction; readonly after: RequiredAction }[];
      readonly resolved: readonly RequiredAction[];
      readonly outstanding: readonly RequiredAction[];
    }
  | {
      readonly type: "meter.partner-reference.updated";
      readonly before: string | null;
      readonly after: string | null;
    }
  | { readonly type: "meter.archived" }
  | { readonly type: "meter.restored" }
  | { readonly type: "meter.missing" }
  | { readonly type: "meter.reappeared" }
  | Remap;
