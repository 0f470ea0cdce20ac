import { validate } from "node-cron";
import { expect } from "./judge-pod.ts";
import type { Manifest } from "./manifests.ts";

const daySeconds = 86_400;
/** METER_SYNC_RUN_TIME_MAX, unless set otherwise. */
const runSecondsMax = 4 * 3600;

/** What the schema lets pass in a CronJob, and is wrong. `again`: is a run worth repeating, by exit code? */
export function judgeCronJob({ metadata, spec }: Manifest, again: ReadonlyMap<number, boolean>): string[] {
  const job = spec.jobTemplate.spec;
  const isDaily = /^\d+ \d+ \* \* \*$/.test(spec.schedule);
  const reach = (spec.startingDeadlineSeconds ?? Number.NaN) + (job.activeDeadlineSeconds ?? Number.NaN);
  return [
    ...expect(isSchedule(spec.schedule), `"${spec.schedule}" is no schedule of five fields`),
    ...expect(isZone(spec.timeZone), `timeZone ${spec.timeZone} is none`),
    ...expect(spec.concurrencyPolicy === "Forbid", "concurrencyPolicy must be Forbid"),
    // The controller looks every ten seconds; and a slot that is missed often enough is given up for good.
    ...expect(spec.startingDeadlineSeconds >= 60, "startingDeadlineSeconds is needed, from a minute on"),
    ...expect(job.activeDeadlineSeconds > 0, "activeDeadlineSeconds is needed"),
    ...expect(!isDaily || reach < daySeconds, "a late start and its deadline reach into the next day"),
    ...expect(!isDaily || spec.startingDeadlineSeconds >= 3600, "a day's slot is worth hours of waiting"),
    ...expect(
      !isDaily || job.activeDeadlineSeconds > runSecondsMax,
      "a run may take longer than its deadline",
    ),
    ...expect(job.backoffLimit >= 0, "backoffLimit is needed"),
    ...expect(job.ttlSecondsAfterFinished > 0, "ttlSecondsAfterFinished is needed"),
    ...judgeNever(job),
    ...(job.podFailurePolicy === undefined ? [] : judgeFailurePolicy(job, again)),
  ].map((problem) => `${metadata.name}: ${problem}`);
}

function judgeNever({ template }: Manifest): string[] {
  const { restartPolicy } = template.spec;
  return expect(restartPolicy === "Never", `restartPolicy ${restartPolicy} is not for a job of ours`);
}

/** Kubernetes knows five fields of numbers, `*`, lists, ranges and steps; node-cron knows which numbers. */
function isSchedule(text: string): boolean {
  const fields = text.split(" ");
  return fields.length === 5 && fields.every((field) => /^[\d*/,-]+$/.test(field)) && validate(text);
}

function isZone(name: unknown): boolean {
  try {
    return typeof name === "string" && new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

/** Disruptions first, which say nothing about the run; then the exit codes that repeating does not mend. */
function judgeFailurePolicy(
  { template, podFailurePolicy }: Manifest,
  again: ReadonlyMap<number, boolean>,
): string[] {
  const [first, ...others] = podFailurePolicy.rules;
  const condition = first?.onPodConditions?.[0];
  const containers = template.spec.containers.map((container: Manifest) => container.name);
  const codes = others.flatMap((rule: Manifest) =>
    rule.action === "FailJob" ? rule.onExitCodes?.values : [],
  );
  const wanted = [...again].filter(([code, isWorthIt]) => code !== 0 && !isWorthIt).map(([code]) => code);
  return [
    ...expect(
      first?.action === "Ignore" && condition?.type === "DisruptionTarget" && condition.status === "True",
      "the first rule must ignore what disruptions end",
    ),
    ...expect(
      others.every((rule: Manifest) => rule.action === "FailJob" && rule.onExitCodes?.operator === "In"),
      "rules behind the first fail the job by exit codes",
    ),
    ...others
      .filter((rule: Manifest) => !containers.includes(rule.onExitCodes?.containerName))
      .map((rule: Manifest) => `there is no container ${rule.onExitCodes?.containerName} to fail by`),
    ...expect(
      String(codes) === String(wanted),
      `the job fails by exit codes ${codes}, and ${wanted} are those that repeating does not mend`,
    ),
  ];
}
