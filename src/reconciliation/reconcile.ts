import type { Database } from "../database/index.ts";
import { isCompared, type KeptCapture, loadCaptures, loadCoverage } from "./capture-store.ts";
import { isSeen, loadChanges, loadSubjects } from "./change-store.ts";
import { comparedTypes } from "./comparison.ts";
import { type Finding, toFindings } from "./finding.ts";
import { type Coverage, judgeCourse } from "./judge.ts";
import { loadKnown } from "./known-store.ts";
import { loadPublications, type Publications } from "./publication-store.ts";

export type ReconcileOptions = {
  /** From when until when everything received was captured; by what is kept unless given. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly nowMs: number;
};

export type Reconciliation = {
  readonly coverage: Coverage;
  /** Whether there is anything to compare with. */
  readonly isPublished: boolean;
  /** Since when change events are there, where earlier ones are gone; else null. */
  readonly keptFromMs: number | null;
  /** By meter or group; one of them is held at a time. */
  readonly toFindings: () => Generator<Finding>;
};

/** All webhooks kept, held against all changes kept. To be read in one transaction. */
export function openReconciliation(database: Database, options: ReconcileOptions): Reconciliation {
  const publications = loadPublications(database);
  const coverage = loadCoverage(database, options);
  return {
    coverage,
    isPublished: publications.byRun.size > 0,
    keptFromMs: publications.keptFromMs,
    toFindings: function* () {
      for (const subject of loadSubjects(database)) {
        yield* reconcileSubject(database, publications, subject, coverage, options.nowMs);
      }
    },
  };
}

function* reconcileSubject(
  database: Database,
  publications: Publications,
  subject: string,
  coverage: Coverage,
  nowMs: number,
): Generator<Finding> {
  if (subject === "") {
    // Of many, and of nobody we know: one by one.
    for (const capture of loadCaptures(database, subject))
      yield* toFindings(subject, toNotCompared([capture]));
    return;
  }
  const captures = [...loadCaptures(database, subject)];
  const { changes, spells } = loadChanges(database, publications, subject);
  const known = captures.length === 0 ? null : loadKnown(database, subject);
  const sweeps = publications.sweeps.filter((sweep) => isSeen(sweep, spells));
  for (const type of comparedTypes) {
    const course = {
      type,
      subject,
      changes: changes.filter((change) => change.type === type),
      captures: captures.filter((capture) => capture.type === type),
      sweeps,
      current: known?.toCurrent(type) ?? null,
      isKnown: known?.isKnown === true,
      comparableFromMs: publications.comparableFromMs,
      lookedThroughMs: publications.lookedThroughMs,
    };
    if (course.changes.length + course.captures.length === 0) continue;
    yield* toFindings(subject, judgeCourse(course, coverage, nowMs));
  }
  yield* toFindings(subject, toNotCompared(captures));
}

/** Connect sessions, types never heard of, and what names no meter. */
function toNotCompared(captures: readonly KeptCapture[]) {
  const others = captures.filter(({ type, subject }) => subject === "" || !isCompared(type));
  const webhooks = others.map((capture) => ({ capture, finding: "not_compared" as const }));
  return { changes: [], webhooks, outOfOrder: new Set<KeptCapture>() };
}
