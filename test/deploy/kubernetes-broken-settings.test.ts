import { describe, expect, it } from "vitest";
import { judgeMutant, type Mutant } from "./mutant.ts";

const settings = (what: string, data: object, says: RegExp): Mutant => ({
  what,
  kind: "ConfigMap",
  name: "meter-sync-settings",
  change: ({ all }) => Object.assign(all.data, data),
  says,
});

const others: readonly Mutant[] = [
  settings("a misspelt variable", { METER_SYNC_SINK: "stdout" }, /METER_SYNC_SINK/),
  settings("a value that is not taken", { METER_SYNC_PAGE_SIZE: "5000" }, /METER_SYNC_PAGE_SIZE/),
  settings(
    "a key that is not in the secret",
    { LEAP_API_KEY_FILE: "/run/secrets/meter-sync/key" },
    /LEAP_API_KEY/,
  ),
  settings("a variable of somebody else's", { NODE_OPTIONS: "--inspect" }, /NODE_OPTIONS/),
  settings(
    "a database beside the volume",
    { METER_SYNC_DATABASE: "/app/meter-sync.sqlite" },
    /lies on no volume/,
  ),
  settings("temporary files beside the volume", { SQLITE_TMPDIR: "/tmp" }, /lies on no volume/),
  settings(
    "an export beside the volume",
    { METER_SYNC_EXPORT: "/export/snapshot.sqlite" },
    /lies on no volume/,
  ),
  {
    what: "settings that are no JSON",
    kind: "ConfigMap",
    name: "meter-sync-config",
    change: ({ all }) => Object.assign(all.data, { "meter-sync.json": "{" }),
    says: /METER_SYNC_CONFIG/,
  },
  {
    what: "a policy for nobody",
    kind: "NetworkPolicy",
    name: "meter-sync",
    change: ({ all }) =>
      Object.assign(all.spec.podSelector.matchLabels, { "app.kubernetes.io/name": "sync" }),
    says: /it is for no pod/,
  },
  {
    what: "a namespace",
    kind: "PersistentVolumeClaim",
    name: "meter-sync-data",
    change: ({ all }) => Object.assign(all.metadata, { namespace: "default" }),
    says: /the installer's choice/,
  },
  {
    what: "two of them",
    overlay: "schedule",
    kind: "Deployment",
    name: "schedule",
    change: ({ all }) => Object.assign(all.spec, { replicas: 2 }),
    says: /replicas/,
  },
  {
    what: "a new one beside the old one",
    overlay: "schedule",
    kind: "Deployment",
    name: "schedule",
    change: ({ all }) => Object.assign(all.spec, { strategy: { type: "RollingUpdate" } }),
    says: /Recreate/,
  },
  {
    what: "a Deployment of other pods",
    overlay: "schedule",
    kind: "Deployment",
    name: "schedule",
    change: ({ all }) => Object.assign(all.spec.selector.matchLabels, { "app.kubernetes.io/name": "sync" }),
    says: /it selects other pods/,
  },
  {
    what: "a probe of no port",
    overlay: "schedule",
    kind: "Deployment",
    name: "schedule",
    change: ({ container }) => Object.assign(container.livenessProbe.httpGet, { port: "metrics" }),
    says: /no port metrics/,
  },
  {
    what: "a restart because others are not ready",
    overlay: "schedule",
    kind: "Deployment",
    name: "schedule",
    change: ({ container }) => Object.assign(container.livenessProbe.httpGet, { path: "/readyz" }),
    says: /is not asked for that/,
  },
  {
    what: "a Service for no pod",
    overlay: "schedule",
    kind: "Service",
    name: "meter-sync",
    change: ({ all }) => Object.assign(all.spec.selector, { "app.kubernetes.io/component": "sync" }),
    says: /no pod has a port/,
  },
  {
    what: "a reader that writes",
    overlay: "export",
    name: "reader",
    change: ({ container }) => delete container.volumeMounts[0].readOnly,
    says: /must be mounted readOnly/,
  },
];

describe("what is wrong with settings, and with what stands beside pods, is told:", () => {
  it.each(others)("$what", (mutant) => {
    expect(judgeMutant(mutant)).toMatch(mutant.says);
  });
});
