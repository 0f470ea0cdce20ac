import { describe, expect, it } from "vitest";
import type { Manifest } from "./manifests.ts";
import { judgeMutant, type Mutant } from "./mutant.ts";

const pods: readonly Mutant[] = [
  {
    what: "root",
    change: ({ pod }) => Object.assign(pod.securityContext, { runAsUser: 0 }),
    says: /no root/,
  },
  {
    what: "root in the container",
    change: ({ container }) => Object.assign(container.securityContext, { runAsUser: 0 }),
    says: /runAsUser belongs/,
  },
  {
    what: "root, perhaps",
    change: ({ pod }) => delete pod.securityContext.runAsNonRoot,
    says: /runAsNonRoot/,
  },
  { what: "a volume of root's", change: ({ pod }) => delete pod.securityContext.fsGroup, says: /fsGroup/ },
  {
    what: "no seccomp profile",
    change: ({ pod }) => delete pod.securityContext.seccompProfile,
    says: /seccomp/,
  },
  {
    what: "a root file system that is written",
    change: ({ container }) => Object.assign(container.securityContext, { readOnlyRootFilesystem: false }),
    says: /readOnlyRootFilesystem/,
  },
  {
    what: "a capability",
    change: ({ container }) => Object.assign(container.securityContext.capabilities, { add: ["NET_ADMIN"] }),
    says: /capability/,
  },
  {
    what: "a token for the API",
    change: ({ pod }) => delete pod.automountServiceAccountToken,
    says: /automount/,
  },
  {
    what: "every service's address",
    change: ({ pod }) => delete pod.enableServiceLinks,
    says: /enableServiceLinks/,
  },
  {
    what: "the node's network",
    change: ({ pod }) => Object.assign(pod, { hostNetwork: true }),
    says: /hostNetwork/,
  },
  {
    what: "an image without a version",
    change: ({ container }) => Object.assign(container, { image: "registry.example/meter-sync:latest" }),
    says: /has no version/,
  },
  {
    what: "an image without a tag",
    change: ({ container }) => Object.assign(container, { image: "registry.example/meter-sync" }),
    says: /has no version/,
  },
  {
    what: "no memory limit",
    change: ({ container }) => delete container.resources.limits,
    says: /memory limit/,
  },
  {
    what: "a memory limit that is a number of milli-bytes",
    change: ({ container }) => Object.assign(container.resources.limits, { memory: "512m" }),
    says: /memory limit/,
  },
  {
    what: "a command that the program does not have",
    change: ({ container }) => Object.assign(container, { args: ["synch"] }),
    says: /unknown command|synch/,
  },
  {
    what: "an option that the program does not have",
    change: ({ container }) => container.args.push("--mode=full"),
    says: /mode/,
  },
  {
    what: "another secret",
    change: ({ pod }) => Object.assign(findVolume(pod, "secrets").secret, { secretName: "leap" }),
    says: /no secret leap/,
  },
  {
    what: "a secret that everyone on the node may read",
    change: ({ pod }) => Object.assign(findVolume(pod, "secrets").secret, { defaultMode: 440 }),
    says: /0440/,
  },
  {
    what: "another claim",
    change: ({ pod }) => Object.assign(findVolume(pod, "data").persistentVolumeClaim, { claimName: "data" }),
    says: /no claim data/,
  },
  {
    what: "another ConfigMap",
    change: ({ pod }) => Object.assign(findVolume(pod, "config").configMap, { name: "config" }),
    says: /no ConfigMap config/,
  },
  {
    what: "settings from elsewhere",
    change: ({ container }) => Object.assign(container.envFrom[0].configMapRef, { name: "settings" }),
    says: /no ConfigMap settings/,
  },
  {
    what: "a mount of no volume",
    change: ({ container }) => Object.assign(container.volumeMounts[0], { name: "date" }),
    says: /no volume date/,
  },
  {
    what: "a secret in the environment",
    change: ({ container }) =>
      Object.assign(container, { env: [{ name: "LEAP_API_KEY", value: "made-up" }] }),
    says: /LEAP_API_KEY is no variable for a manifest|both/,
  },
  {
    what: "a secret out of a secret, but in the environment",
    change: ({ container }) =>
      Object.assign(container, {
        env: [
          { name: "LEAP_API_KEY", valueFrom: { secretKeyRef: { name: "meter-sync", key: "leap-api-key" } } },
        ],
      }),
    says: /a secret by a file/,
  },
  {
    what: "a volume that draws nobody to its node",
    change: ({ pod }) => delete pod.affinity,
    says: /nothing draws it/,
  },
  {
    what: "a label that draws nobody",
    change: ({ pod }) =>
      Object.assign(
        pod.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchLabels,
        { "meter-sync/volume": "date" },
      ),
    says: /nothing draws it/,
  },
];

describe("what is wrong with a pod is told:", () => {
  it.each(pods)("$what", (mutant) => {
    expect(judgeMutant(mutant)).toMatch(mutant.says);
  });
});

function findVolume(pod: Manifest, name: string): Manifest {
  return pod.volumes.find((volume: Manifest) => volume.name === name);
}
