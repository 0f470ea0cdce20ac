import { buildProgram } from "../../src/cli/program.ts";
import type { Manifest } from "./manifests.ts";

/** What is wrong with a pod of ours, wherever it stands: `labels` are its own. */
export function judgePod(pod: Manifest, place: string): string[] {
  return [
    ...judgePodSecurity(pod),
    ...pod.containers.flatMap((container: Manifest) => [
      ...judgeContainerSecurity(container),
      ...judgeResources(container),
      ...judgeArguments(container),
      ...judgeMounts(container, pod),
      ...judgeProbes(container),
    ]),
  ].map((problem) => `${place}: ${problem}`);
}

/** The standard `restricted`, and what we ask for beyond it. */
function judgePodSecurity(pod: Manifest): string[] {
  const security = pod.securityContext ?? {};
  const mounts = pod.volumes?.some((one: Manifest) => one.persistentVolumeClaim && !isReadOnly(one)) ?? false;
  return [
    ...expect(security.runAsNonRoot === true, "runAsNonRoot must be true"),
    ...expect(security.runAsUser > 0 && security.runAsGroup > 0, "it must run as no root, by number"),
    ...expect(!mounts || security.runAsUser === 1000, "it writes as user 1000, the image's own"),
    ...expect(!mounts || security.fsGroup === 1000, "fsGroup must be 1000, or it cannot write its volume"),
    ...expect(
      !mounts || security.fsGroupChangePolicy === "OnRootMismatch",
      "fsGroupChangePolicy must be OnRootMismatch",
    ),
    ...expect(security.seccompProfile?.type === "RuntimeDefault", "seccompProfile must be RuntimeDefault"),
    ...expect(pod.automountServiceAccountToken === false, "automountServiceAccountToken must be false"),
    ...expect(pod.enableServiceLinks === false, "enableServiceLinks must be false"),
    ...["hostNetwork", "hostPID", "hostIPC", "initContainers", "ephemeralContainers"]
      .filter((name) => pod[name] !== undefined)
      .map((name) => `${name} is not looked for here`),
  ];
}

function judgeContainerSecurity({ securityContext: security = {}, image = "", name }: Manifest): string[] {
  const capabilities = JSON.stringify(security.capabilities);
  return [
    ...expect(security.readOnlyRootFilesystem === true, `${name}: readOnlyRootFilesystem must be true`),
    ...expect(security.allowPrivilegeEscalation === false, `${name}: allowPrivilegeEscalation must be false`),
    ...expect(capabilities === '{"drop":["ALL"]}', `${name}: every capability must be dropped`),
    ...["privileged", "runAsUser", "runAsNonRoot", "seccompProfile", "procMount"]
      .filter((key) => security[key] !== undefined)
      .map((key) => `${name}: ${key} belongs to the pod, or is not for us`),
    ...expect(/^[a-z0-9./-]+:\d+\.\d+\.\d+$/.test(image), `${name}: image ${image} has no version for a tag`),
  ];
}

const units: Readonly<Record<string, number>> = { "": 1, m: 0.001, Mi: 2 ** 20, Gi: 2 ** 30 };

function toQuantity(text: unknown): number {
  const [, number, unit = ""] = /^(\d+)(m|Mi|Gi)?$/.exec(String(text)) ?? [];
  return Number(number) * (units[unit] ?? Number.NaN);
}

/** Memory has a limit, not below the request; a limit to the processor would only slow us down. */
function judgeResources({ resources: { requests = {}, limits = {} } = {}, name }: Manifest): string[] {
  return [
    ...expect(toQuantity(requests.cpu) > 0, `${name}: a cpu request is needed, such as 100m`),
    ...expect(toQuantity(requests.memory) >= 2 ** 26, `${name}: a memory request is needed, from 64Mi on`),
    ...expect(
      toQuantity(limits.memory) >= toQuantity(requests.memory),
      `${name}: a memory limit is needed, not below the request`,
    ),
    ...expect(limits.cpu === undefined, `${name}: a cpu limit makes runs slow, and nothing better`),
  ];
}

/** The command line is one that the program takes. */
function judgeArguments({ command, args = [], name }: Manifest): string[] {
  if (command !== undefined) return [`${name}: command replaces the image's entry point`];
  try {
    const act = () => async () => undefined;
    buildProgram(act, { write: async () => undefined }).parse(args, { from: "user" });
    return [];
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

function judgeMounts({ volumeMounts = [], name }: Manifest, { volumes = [] }: Manifest): string[] {
  const mounted = new Set(volumeMounts.map((mount: Manifest) => mount.name));
  const known = new Map<string, Manifest>(volumes.map((volume: Manifest) => [volume.name, volume]));
  return [
    ...[...mounted]
      .filter((one) => !known.has(one as string))
      .map((one) => `${name}: there is no volume ${one}`),
    ...[...known.keys()].filter((one) => !mounted.has(one)).map((one) => `${name}: nobody mounts ${one}`),
    ...volumeMounts
      .filter(({ name: one, readOnly }: Manifest) => isReadOnly(known.get(one) ?? {}) && readOnly !== true)
      .map(({ mountPath }: Manifest) => `${name}: ${mountPath} must be mounted readOnly`),
  ];
}

/** What a pod cannot, or is not to, write to. */
export function isReadOnly({ secret, configMap, persistentVolumeClaim }: Manifest): boolean {
  return Boolean(secret ?? configMap ?? persistentVolumeClaim?.readOnly);
}

function judgeProbes(container: Manifest): string[] {
  const ports = (container.ports ?? []).map((port: Manifest) => port.name);
  return ["livenessProbe", "readinessProbe", "startupProbe"]
    .filter((probe) => container[probe] !== undefined)
    .flatMap((probe) => {
      const { path, port } = container[probe].httpGet ?? {};
      return [
        ...expect(ports.includes(port), `${probe}: there is no port ${port}`),
        ...expect(
          path === (probe === "readinessProbe" ? "/readyz" : "/healthz"),
          `${probe}: ${path} is not asked for that`,
        ),
      ];
    });
}

export function expect(holds: boolean, problem: string): string[] {
  return holds ? [] : [problem];
}
