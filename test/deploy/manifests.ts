import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseAllDocuments } from "yaml";

// biome-ignore lint/suspicious/noExplicitAny: manifests are looked into, not modelled
export type Manifest = any;

export const kubernetesFolder = join(import.meta.dirname, "..", "..", "deploy", "kubernetes");

export function listOverlays(): string[] {
  return readdirSync(join(kubernetesFolder, "overlays")).sort();
}

/** Every YAML file there is, by its path from `deploy/kubernetes`. */
export function listManifestFiles(): string[] {
  const all = readdirSync(kubernetesFolder, { recursive: true, encoding: "utf8" });
  return all.filter((path) => /\.ya?ml$/.test(path)).sort();
}

/** Strictly: a key that is there twice is an error, and YAML 1.2 knows no octal numbers with a leading 0. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { uniqueKeys: true, strict: true }).map((document) => {
    for (const problem of [...document.errors, ...document.warnings]) throw problem;
    return document.toJS();
  });
}

/**
 * What `kubectl kustomize` would make of an overlay, but for the hashes in the names of ConfigMaps: so that
 * it can be checked where there is no kubectl. It knows what ours use, and throws on anything else.
 */
export function assembleOverlay(name: string): Manifest[] {
  const text = assembled.get(name) ?? JSON.stringify(assemble(join(kubernetesFolder, "overlays", name)));
  assembled.set(name, text);
  return JSON.parse(text);
}

/** As text, so that everyone gets manifests of their own to break. */
const assembled = new Map<string, string>();

const understood = ["apiVersion", "kind", "resources", "components", "configMapGenerator", "patches"];

function assemble(folder: string): Manifest[] {
  const kustomization = readKustomization(folder, understood);
  let manifests: Manifest[] = (kustomization.resources ?? []).flatMap((path: string) => {
    const place = resolve(folder, path);
    return existsSync(join(place, "kustomization.yaml"))
      ? assemble(place)
      : parseManifests(readFileSync(place, "utf8"));
  });
  for (const generator of kustomization.configMapGenerator ?? []) {
    manifests = generateConfigMap(folder, generator, manifests);
  }
  for (const { path } of kustomization.patches ?? []) {
    for (const patch of parseManifests(readFileSync(join(folder, path), "utf8"))) {
      const target = manifests.find((one) => isSame(one, patch));
      if (target === undefined) throw new Error(`${path} changes what is not there`);
      manifests = manifests.map((one) => (one === target ? merge(one, patch) : one));
    }
  }
  for (const path of kustomization.components ?? []) {
    const { images } = readKustomization(resolve(folder, path), ["apiVersion", "kind", "images"]);
    manifests = manifests.map((one) => replaceImages(one, images));
  }
  return manifests;
}

function readKustomization(folder: string, known: readonly string[]): Manifest {
  const path = join(folder, "kustomization.yaml");
  const [kustomization] = parseManifests(readFileSync(path, "utf8"));
  const unknown = Object.keys(kustomization).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new Error(`${path}: ${unknown.join(", ")} is nothing this test understands`);
  return kustomization;
}

function generateConfigMap(folder: string, generator: Manifest, manifests: readonly Manifest[]): Manifest[] {
  const { name, behavior = "create", envs = [], files = [], literals = [] } = generator;
  const lines = envs.flatMap((path: string) => readFileSync(join(folder, path), "utf8").split("\n"));
  const settings = [...lines.filter((line: string) => /^[^#]/.test(line)), ...literals].map(
    (line: string) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)],
  );
  const texts = files.map((path: string) => [basename(path), readFileSync(join(folder, path), "utf8")]);
  const data = Object.fromEntries([...settings, ...texts]);
  const before = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name === name);
  if ((before === undefined) !== (behavior === "create"))
    throw new Error(`${name}: ${behavior} is not right`);
  const made = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: behavior === "merge" ? { ...before.data, ...data } : data,
  };
  return before === undefined ? [...manifests, made] : manifests.map((one) => (one === before ? made : one));
}

function isSame(one: Manifest, other: Manifest): boolean {
  return one.kind === other.kind && one.metadata.name === other.metadata.name;
}

/** A strategic merge, as far as we need it: lists of things with names are merged by name. */
function merge(base: Manifest, patch: Manifest): Manifest {
  if (Array.isArray(base) && Array.isArray(patch)) {
    const merged = base.map((one) => {
      const change = patch.find((other) => other.name === one.name && other.mountPath === one.mountPath);
      return change === undefined ? one : merge(one, change);
    });
    const isNew = (one: Manifest) =>
      !base.some((other) => other.name === one.name && other.mountPath === one.mountPath);
    return [...patch.filter(isNew), ...merged];
  }
  if (typeof base !== "object" || typeof patch !== "object") return patch;
  const merged = { ...base };
  for (const [key, value] of Object.entries(patch))
    merged[key] = key in base ? merge(base[key], value) : value;
  return merged;
}

function replaceImages(value: Manifest, images: readonly Manifest[]): Manifest {
  if (Array.isArray(value)) return value.map((one) => replaceImages(one, images));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const image = key === "image" && images.find(({ name }) => name === member);
      return [key, image ? `${image.newName}:${image.newTag}` : replaceImages(member, images)];
    }),
  );
}
