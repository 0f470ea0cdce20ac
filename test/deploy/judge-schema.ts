import { validate as validateDeployment } from "kubernetes-models/_schemas/IoK8sApiAppsV1Deployment";
import { validate as validateCronJob } from "kubernetes-models/_schemas/IoK8sApiBatchV1CronJob";
import { validate as validateConfigMap } from "kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap";
import { validate as validateClaim } from "kubernetes-models/_schemas/IoK8sApiCoreV1PersistentVolumeClaim";
import { validate as validateService } from "kubernetes-models/_schemas/IoK8sApiCoreV1Service";
import { validate as validatePolicy } from "kubernetes-models/_schemas/IoK8sApiNetworkingV1NetworkPolicy";
import type { Manifest } from "./manifests.ts";

type SchemaError = { readonly instancePath: string; readonly message?: string; readonly params: unknown };
type Validate = ((data: unknown) => boolean) & { readonly errors?: readonly SchemaError[] | null };

const validators: Readonly<Record<string, Validate>> = {
  "apps/v1 Deployment": validateDeployment,
  "batch/v1 CronJob": validateCronJob,
  "networking.k8s.io/v1 NetworkPolicy": validatePolicy,
  "v1 ConfigMap": validateConfigMap,
  "v1 PersistentVolumeClaim": validateClaim,
  "v1 Service": validateService,
};

/**
 * What the schema of Kubernetes has against a manifest: missing fields, wrong types; and fields it does not
 * know, which the schema lets pass. It never looks at them, and that is how they are found.
 */
export function judgeSchema(manifest: Manifest): string[] {
  const kind = `${manifest?.apiVersion} ${manifest?.kind}`;
  const validate = validators[kind];
  if (validate === undefined) return [`${kind} is no kind that is checked here`];
  const lookedAt = new Set<string>();
  const isValid = validate(watch(manifest, "", lookedAt));
  const errors = isValid ? [] : (validate.errors ?? []);
  return [
    ...errors.map(({ instancePath, params }) => `${instancePath || "/"}: ${JSON.stringify(params)}`),
    ...listPaths(manifest, "")
      .filter((path) => !lookedAt.has(path))
      .map((path) => `${path} is no field of ${kind}`),
  ];
}

/** The same data, noting which of it is read. */
function watch(value: Manifest, path: string, lookedAt: Set<string>): Manifest {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const member = Reflect.get(target, key);
      if (typeof key !== "string" || !Object.hasOwn(target, key)) return member;
      lookedAt.add(`${path}/${key}`);
      return watch(member, `${path}/${key}`, lookedAt);
    },
  });
}

function listPaths(value: Manifest, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    `${path}/${key}`,
    ...listPaths(member, `${path}/${key}`),
  ]);
}
