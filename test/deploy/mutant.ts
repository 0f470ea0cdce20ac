import { judgeOverlay } from "./judge-overlay.ts";
import { assembleOverlay, type Manifest } from "./manifests.ts";
import { readSurroundings } from "./surroundings.ts";

/** What is changed in an overlay that is sound, and what is to be said about it. */
export type Mutant = {
  readonly what: string;
  /** `cronjob`, the CronJob `sync`, unless said otherwise. */
  readonly overlay?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly change: (one: Parts) => unknown;
  readonly says: RegExp;
};

/** The manifest, its job (where it is a CronJob), its pod, and the container in it. */
type Parts = {
  readonly all: Manifest;
  readonly job: Manifest;
  readonly pod: Manifest;
  readonly container: Manifest;
};

/** What is said once it is changed. */
export function judgeMutant({
  overlay = "cronjob",
  kind = "CronJob",
  name = "sync",
  change,
}: Mutant): string {
  const manifests = assembleOverlay(overlay);
  const target = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  change(toParts(target));
  return judgeOverlay(manifests, readSurroundings()).join("\n");
}

function toParts(all: Manifest): Parts {
  const job = all.spec?.jobTemplate?.spec;
  const pod = (job ?? all.spec)?.template?.spec;
  return { all, job, pod, container: pod?.containers[0] };
}
