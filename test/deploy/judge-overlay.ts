import { parseConfig, variables } from "../../src/config/index.ts";
import { judgeCronJob } from "./judge-job.ts";
import { expect, isReadOnly, judgePod } from "./judge-pod.ts";
import { judgeSchema } from "./judge-schema.ts";
import type { Manifest } from "./manifests.ts";

/** What stands outside of the manifests, and must agree with them. */
export type Surroundings = {
  /** Whether a run is worth repeating, by its exit code. */
  readonly again: ReadonlyMap<number, boolean>;
  /** The secrets that are made by hand: the keys of each. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
};

/** Everything that is wrong with what an overlay comes to. */
export function judgeOverlay(manifests: readonly Manifest[], surroundings: Surroundings): string[] {
  const broken = manifests.flatMap((manifest) =>
    judgeSchema(manifest).map((problem) => `${manifest?.kind} ${manifest?.metadata?.name}: ${problem}`),
  );
  // The rest may rely on the shape.
  if (broken.length > 0) return broken;
  return [
    ...judgeNames(manifests),
    ...ofKind(manifests, "CronJob").flatMap((one) => judgeCronJob(one, surroundings.again)),
    ...ofKind(manifests, "Deployment").flatMap(judgeDeployment),
    ...listPods(manifests).flatMap((pod) => [
      ...judgePod(pod.spec, pod.place),
      ...judgeVolumes(pod, manifests, surroundings),
      ...judgeSettings(pod, manifests, surroundings),
    ]),
    ...judgeNetwork(manifests),
    ...judgeCompany(manifests),
  ];
}

type Pod = { readonly place: string; readonly labels: Manifest; readonly spec: Manifest };

function ofKind(manifests: readonly Manifest[], kind: string): Manifest[] {
  return manifests.filter((manifest) => manifest.kind === kind);
}

function listPods(manifests: readonly Manifest[]): Pod[] {
  return manifests
    .map(({ metadata, spec }) => ({ metadata, template: spec?.jobTemplate?.spec.template ?? spec?.template }))
    .filter(({ template }) => template !== undefined)
    .map(({ metadata, template }) => ({
      place: metadata.name,
      labels: template.metadata?.labels ?? {},
      spec: template.spec,
    }));
}

function judgeNames(manifests: readonly Manifest[]): string[] {
  const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is there twice`),
    // A CronJob's name gets a time behind it to be a Job's.
    ...names
      .filter((name) => !/^\w+ [a-z0-9][a-z0-9-]{0,50}[a-z0-9]$/.test(name))
      .map((name) => `${name}: a bad name`),
    ...manifests
      .filter(({ metadata }) => metadata.namespace !== undefined)
      .map(({ metadata }) => `${metadata.name}: the namespace is the installer's choice`),
  ];
}

/** One at a time, and the old one gone first; its own labels select it. */
function judgeDeployment({ metadata, spec }: Manifest): string[] {
  return [
    ...expect(spec.replicas === 1, "replicas must be 1"),
    ...expect(spec.strategy?.type === "Recreate", "strategy must be Recreate"),
    ...expect(isSelected(spec.selector.matchLabels, spec.template.metadata.labels), "it selects other pods"),
    ...expect((spec.template.spec.restartPolicy ?? "Always") === "Always", "restartPolicy must be Always"),
    ...expect(spec.template.spec.containers[0].livenessProbe !== undefined, "a livenessProbe is needed"),
    ...expect(spec.template.spec.containers[0].readinessProbe !== undefined, "a readinessProbe is needed"),
  ].map((problem) => `${metadata.name}: ${problem}`);
}

function isSelected(selector: Manifest, labels: Manifest): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

function judgeVolumes(
  { place, spec }: Pod,
  manifests: readonly Manifest[],
  { secrets }: Surroundings,
): string[] {
  const has = (kind: string, name: string) =>
    ofKind(manifests, kind).some((one) => one.metadata.name === name);
  return (spec.volumes ?? [])
    .flatMap(({ secret, configMap, persistentVolumeClaim: claim }: Manifest) => [
      ...expect(!secret || secrets.has(secret.secretName), `there is no secret ${secret?.secretName}`),
      ...expect(
        !secret || secret.defaultMode === 0o440,
        "a secret's files must have the mode 0440, which is 288",
      ),
      ...expect(!configMap || has("ConfigMap", configMap.name), `there is no ConfigMap ${configMap?.name}`),
      ...expect(
        !claim || has("PersistentVolumeClaim", claim.claimName),
        `there is no claim ${claim?.claimName}`,
      ),
    ])
    .map((problem: string) => `${place}: ${problem}`);
}

/** The variables as the program would find them, and what it would make of them. */
function judgeSettings(pod: Pod, manifests: readonly Manifest[], { secrets }: Surroundings): string[] {
  return pod.spec.containers.flatMap((container: Manifest) => {
    const sources = (container.envFrom ?? []).map(({ configMapRef }: Manifest) => configMapRef?.name);
    const maps = sources.map((name: string) =>
      ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === name),
    );
    const own = (container.env ?? []).map(({ name, value }: Manifest) => [name, value]);
    const environment = Object.assign({}, ...maps.map((one: Manifest) => one?.data), Object.fromEntries(own));
    const files = toFiles(pod.spec, container, manifests, secrets);
    const readFile = (path: string) => {
      const text = files.get(path);
      if (text === undefined) throw new Error(`${path} is not mounted`);
      return text;
    };
    const parsed = parseConfig({ environment, readFile, cwd: "/app" });
    return [
      ...expect(!maps.includes(undefined), `there is no ConfigMap ${sources.join(", ")}`),
      ...expect(
        own.every(([, value]: readonly unknown[]) => typeof value === "string"),
        "a variable is set by its value, and a secret by a file",
      ),
      ...(parsed.ok ? [] : parsed.problems),
      ...judgeVariables(environment),
      ...judgePlaces(environment, pod.spec, container),
    ].map((problem) => `${pod.place}: ${problem}`);
  });
}

/** What ConfigMaps and secrets put into a container, by path. What is secret is not known, and made up. */
function toFiles(
  { volumes = [] }: Manifest,
  { volumeMounts = [] }: Manifest,
  manifests: readonly Manifest[],
  secrets: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath } of volumeMounts) {
    const { configMap, secret } = volumes.find((volume: Manifest) => volume.name === name) ?? {};
    const map = ofKind(manifests, "ConfigMap").find(({ metadata }) => metadata.name === configMap?.name);
    for (const [key, text] of Object.entries(map?.data ?? {})) files.set(`${mountPath}/${key}`, String(text));
    for (const key of secrets.get(secret?.secretName) ?? []) {
      const isSigning = key.endsWith("-signing");
      files.set(
        `${mountPath}/${key}`,
        isSigning ? `whsec_${btoa("not a secret, made up for this test")}` : "made-up-0123456789",
      );
    }
  }
  return files;
}

function judgeVariables(environment: Readonly<Record<string, string>>): string[] {
  const shown = variables.filter(({ isSecret }) => !isSecret).map(({ name }) => name as string);
  const files = variables.filter(({ isSecret }) => isSecret).map(({ name }) => `${name}_FILE`);
  const known = [...shown, ...files, "SQLITE_TMPDIR"];
  return Object.keys(environment)
    .filter((name) => !known.includes(name))
    .map((name) => `${name} is no variable for a manifest`);
}

/** Files that are written lie on a volume that can be. */
function judgePlaces(
  environment: Readonly<Record<string, string>>,
  { volumes = [] }: Manifest,
  container: Manifest,
) {
  const written = (container.volumeMounts ?? [])
    .filter(({ name, readOnly }: Manifest) => {
      const volume = volumes.find((one: Manifest) => one.name === name);
      return readOnly !== true && volume !== undefined && !isReadOnly(volume);
    })
    .map(({ mountPath }: Manifest) => `${mountPath}/`);
  const sinks = (environment.METER_SYNC_SINKS ?? "").split(",").filter((sink) => sink.startsWith("file:"));
  const isReader = !written.some((path: string) => environment.METER_SYNC_DATABASE?.startsWith(path));
  const isWriter = container.args?.[0] === "sync" || container.args?.[0] === "schedule";
  const paths = [
    `${environment.SQLITE_TMPDIR}/`,
    ...sinks.map((sink) => sink.slice("file:".length)),
    ...(isReader && container.envFrom === undefined ? [] : [environment.METER_SYNC_DATABASE]),
    ...(isWriter && environment.METER_SYNC_EXPORT ? [environment.METER_SYNC_EXPORT] : []),
  ];
  return paths
    .filter((path) => !written.some((folder: string) => path?.startsWith(folder)))
    .map((path) => `${path} lies on no volume that it may write to`);
}

/** Services and policies mean pods that are there, by ports that they have. */
function judgeNetwork(manifests: readonly Manifest[]): string[] {
  const pods = listPods(manifests);
  const toPorts = (selector: Manifest) =>
    pods
      .filter(({ labels }) => isSelected(selector, labels))
      .flatMap(({ spec }) => spec.containers.flatMap(({ ports = [] }: Manifest) => ports))
      .map(({ name }) => name);
  const services = ofKind(manifests, "Service").flatMap(({ metadata, spec }) =>
    spec.ports
      .filter(({ targetPort }: Manifest) => !toPorts(spec.selector).includes(targetPort))
      .map(({ targetPort }: Manifest) => `Service ${metadata.name}: no pod has a port ${targetPort}`),
  );
  const policies = ofKind(manifests, "NetworkPolicy").flatMap(({ metadata, spec }) => [
    ...expect(
      pods.some(({ labels }) => isSelected(spec.podSelector.matchLabels, labels)),
      `NetworkPolicy ${metadata.name}: it is for no pod`,
    ),
    ...(spec.ingress ?? [])
      .flatMap(({ ports = [] }: Manifest) => ports)
      .filter(({ port }: Manifest) => !toPorts(spec.podSelector.matchLabels).includes(port))
      .map(({ port }: Manifest) => `NetworkPolicy ${metadata.name}: no pod has a port ${port}`),
  ]);
  const closed = ofKind(manifests, "NetworkPolicy")
    .filter(({ spec }) => spec.policyTypes.includes("Ingress") && spec.policyTypes.includes("Egress"))
    .map(({ spec }) => spec.podSelector.matchLabels);
  const open = pods
    .filter(({ labels }) => !closed.some((selector) => isSelected(selector, labels)))
    .map(({ place }) => `${place}: no NetworkPolicy is for it`);
  return [...services, ...policies, ...open];
}

/** Pods that write one ReadWriteOnce volume are drawn to one node, by a label that they all have. */
function judgeCompany(manifests: readonly Manifest[]): string[] {
  const modes = new Map(
    ofKind(manifests, "PersistentVolumeClaim").map(({ metadata, spec }) => [
      metadata.name,
      spec.accessModes.join(),
    ]),
  );
  const onOneNode = (pod: Pod) =>
    (pod.spec.volumes ?? []).some(
      ({ persistentVolumeClaim: claim }: Manifest) => claim && modes.get(claim.claimName) === "ReadWriteOnce",
    );
  return listPods(manifests)
    .filter(onOneNode)
    .filter(({ labels, spec }) => {
      const terms = spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      return !terms.some(
        ({ topologyKey, labelSelector }: Manifest) =>
          topologyKey === "kubernetes.io/hostname" &&
          isSelected(labelSelector?.matchLabels, labels) &&
          labelSelector.matchLabels["meter-sync/volume"] === "data",
      );
    })
    .map(({ place }) => `${place}: nothing draws it to the node that has the volume`);
}
