import { describe, expect, it } from "vitest";
import { judgeOverlay } from "./judge-overlay.ts";
import { assembleOverlay, parseManifests } from "./manifests.ts";
import { judgeMutant, type Mutant } from "./mutant.ts";
import { readSurroundings } from "./surroundings.ts";

const jobs: readonly Mutant[] = [
  {
    what: "a misspelt field",
    change: ({ all }) => Object.assign(all.spec, { concurencyPolicy: "Forbid" }),
    says: /concurencyPolicy is no field/,
  },
  {
    what: "a misspelt field deep within",
    change: ({ container }) => Object.assign(container.securityContext, { readonlyRootFilesystem: true }),
    says: /readonlyRootFilesystem is no field/,
  },
  {
    what: "a field in the wrong place",
    change: ({ pod }) => Object.assign(pod, { activeDeadlineSecond: 60 }),
    says: /activeDeadlineSecond is no field/,
  },
  {
    what: "a missing field",
    change: ({ all }) => delete all.spec.schedule,
    says: /"missingProperty":"schedule"/,
  },
  {
    what: "a wrong type",
    change: ({ job }) => Object.assign(job, { backoffLimit: "3" }),
    says: /backoffLimit: .*"integer"/,
  },
  {
    what: "runs side by side",
    change: ({ all }) => Object.assign(all.spec, { concurrencyPolicy: "Allow" }),
    says: /Forbid/,
  },
  {
    what: "a minute 61",
    change: ({ all }) => Object.assign(all.spec, { schedule: "61 * * * *" }),
    says: /no schedule/,
  },
  {
    what: "six fields",
    change: ({ all }) => Object.assign(all.spec, { schedule: "0 17 6 * * *" }),
    says: /no schedule/,
  },
  {
    what: "a macro",
    change: ({ all }) => Object.assign(all.spec, { schedule: "@daily" }),
    says: /no schedule/,
  },
  {
    what: "a zone in the schedule",
    change: ({ all }) => Object.assign(all.spec, { schedule: "TZ=UTC 17 6 * * *" }),
    says: /no schedule/,
  },
  { what: "no zone", change: ({ all }) => delete all.spec.timeZone, says: /timeZone undefined/ },
  {
    what: "a zone that is none",
    change: ({ all }) => Object.assign(all.spec, { timeZone: "Etc/Utopia" }),
    says: /timeZone/,
  },
  {
    what: "a slot that is given up after minutes",
    change: ({ all }) => Object.assign(all.spec, { startingDeadlineSeconds: 600 }),
    says: /hours of waiting/,
  },
  {
    what: "a deadline that a run may take longer than",
    change: ({ job }) => Object.assign(job, { activeDeadlineSeconds: 14_400 }),
    says: /longer than its deadline/,
  },
  {
    what: "a deadline of a day",
    change: ({ job }) => Object.assign(job, { activeDeadlineSeconds: 86_400 }),
    says: /into the next day/,
  },
  {
    what: "pods that restart",
    change: ({ pod }) => Object.assign(pod, { restartPolicy: "Always" }),
    says: /restartPolicy Always/,
  },
  {
    what: "pods that restart on failure, which failure policies forbid",
    change: ({ pod }) => Object.assign(pod, { restartPolicy: "OnFailure" }),
    says: /restartPolicy OnFailure/,
  },
  {
    what: "no restart policy",
    change: ({ pod }) => delete pod.restartPolicy,
    says: /restartPolicy undefined/,
  },
  {
    what: "a failure policy without a container",
    change: ({ job }) => delete job.podFailurePolicy.rules[1].onExitCodes.containerName,
    says: /no container undefined/,
  },
  {
    what: "a failure policy for another container",
    change: ({ job }) => Object.assign(job.podFailurePolicy.rules[1].onExitCodes, { containerName: "main" }),
    says: /no container main/,
  },
  {
    what: "a failure policy that gives up on 3",
    change: ({ job }) =>
      Object.assign(job.podFailurePolicy.rules[1].onExitCodes, { values: [1, 2, 3, 4, 6, 7] }),
    says: /1,2,3,4,6,7, and 1,2,4,6,7/,
  },
  {
    what: "a failure policy that repeats what is held",
    change: ({ job }) => Object.assign(job.podFailurePolicy.rules[1].onExitCodes, { values: [1, 2, 4, 7] }),
    says: /1,2,4,7, and 1,2,4,6,7/,
  },
  {
    what: "a failure policy that counts disruptions",
    change: ({ job }) => job.podFailurePolicy.rules.shift(),
    says: /disruptions/,
  },
  {
    what: "a container that is called otherwise",
    change: ({ container }) => Object.assign(container, { name: "sync" }),
    says: /no container meter-sync/,
  },
];

describe("what is wrong with a job is told:", () => {
  it.each(jobs)("$what", (mutant) => {
    expect(judgeMutant(mutant)).toMatch(mutant.says);
  });
});

describe("what is wrong with manifests as such is told:", () => {
  const surroundings = readSurroundings();

  it("a kind that is not checked", () => {
    const odd = { apiVersion: "batch/v1", kind: "CronJobs", metadata: { name: "sync" } };
    expect(judgeOverlay([odd], surroundings)).toEqual([
      "CronJobs sync: batch/v1 CronJobs is no kind that is checked here",
    ]);
  });

  it("a manifest that is there twice", () => {
    const manifests = assembleOverlay("cronjob");
    expect(judgeOverlay([...manifests, ...manifests], surroundings)).toContain("CronJob sync is there twice");
  });

  it("a field that is there twice", () => {
    expect(() => parseManifests("kind: CronJob\nspec: {}\nspec: {}\n")).toThrow(/unique/);
  });
});
