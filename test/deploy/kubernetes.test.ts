import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exitCode, Failure, type FailureKind, toExitCode } from "../../src/failure/index.ts";
import { judgeOverlay } from "./judge-overlay.ts";
import { judgeSchema } from "./judge-schema.ts";
import {
  assembleOverlay,
  kubernetesFolder,
  listManifestFiles,
  listOverlays,
  type Manifest,
  parseManifests,
} from "./manifests.ts";
import { readAgain, readSurroundings } from "./surroundings.ts";

const surroundings = readSurroundings();
const kubectl = spawnSync("kubectl", ["kustomize", "--help"], { stdio: "ignore" });
const hasKubectl = kubectl.status === 0;
const without = hasKubectl ? "" : " (skipped: there is no kubectl here)";
const isKustomization = (path: string) => path.endsWith("kustomization.yaml");
/** Not whole by itself: it changes a manifest of another file. */
const isPatch = (path: string) => path.endsWith("mount-export.yaml");

function readManifests(path: string): Manifest[] {
  return parseManifests(readFileSync(join(kubernetesFolder, path), "utf8"));
}

describe("the manifests in deploy/kubernetes", () => {
  const whole = listManifestFiles().filter((path) => !isKustomization(path) && !isPatch(path));

  it.each(whole)("%s is what the schema of Kubernetes says, with no field it does not know", (path) => {
    const manifests = readManifests(path);
    expect(manifests.length).toBeGreaterThan(0);
    expect(manifests.flatMap(judgeSchema)).toEqual([]);
  });

  it("are all used by an overlay", () => {
    const used = new Set(listOverlays().flatMap(assembleOverlay).map(toName));
    const written = whole.flatMap(readManifests).map(toName);
    expect(written.filter((name) => !used.has(name))).toEqual([]);
  });

  it("hold no secret", () => {
    for (const path of listManifestFiles())
      expect(readFileSync(join(kubernetesFolder, path), "utf8")).not.toMatch(/^kind: Secret$/m);
  });
});

describe("the overlays", () => {
  it("are there", () => {
    expect(listOverlays()).toEqual(["cronjob", "export", "schedule", "staging", "webhook"]);
  });

  it.each(listOverlays())("%s is sound", (name) => {
    expect(judgeOverlay(assembleOverlay(name), surroundings)).toEqual([]);
  });

  it.skipIf(!hasKubectl).each(listOverlays())(
    `%s is to kubectl what it is to these tests${without}`,
    (name) => {
      const built = buildOverlay(name);
      expect(judgeOverlay(built, surroundings)).toEqual([]);
      expect(sort(built.map(withoutHashes))).toEqual(sort(assembleOverlay(name)));
    },
  );

  it("run jobs, or stay up, and never both", () => {
    for (const name of listOverlays()) {
      const kinds = assembleOverlay(name)
        .filter(({ metadata }) => metadata.name !== "reader")
        .map(({ kind }) => kind);
      const isUp = kinds.includes("Deployment");
      expect(isUp).toBe(name === "schedule");
      expect(kinds.filter((kind) => kind === "CronJob")).toHaveLength(isUp ? 0 : 2);
    }
  });

  it("go to Leap's staging where they say so, and nowhere else", () => {
    const urls = listOverlays().map((name) => [name, loadSettings(name).LEAP_BASE_URL]);
    expect(Object.fromEntries(urls)).toEqual({ staging: "https://api.staging.leap.energy" });
  });

  function loadSettings(name: string): Manifest {
    return assembleOverlay(name).find(({ metadata }) => metadata.name === "meter-sync-settings").data;
  }
});

describe("the table of exit codes that failure policies go by", () => {
  it("has every code that the program ends with", () => {
    const kinds: Record<FailureKind, true> = {
      usage: true,
      refused: true,
      environment: true,
      contract: true,
      locked: true,
    };
    const failures = Object.keys(kinds).map((kind) => toExitCode(new Failure(kind as FailureKind, "")));
    const codes = new Set([...failures, ...Object.values(exitCode)]);
    expect([...surroundings.again.keys()]).toEqual([...codes].sort((a, b) => a - b));
  });

  it("is the same wherever it stands", () => {
    expect(readAgain("docs/exit-codes.md")).toEqual(surroundings.again);
  });

  it("tells of at least one code that it is worth running again, and of one that it is not", () => {
    expect([...surroundings.again.values()]).toContain(true);
    expect([...surroundings.again.values()]).toContain(false);
  });
});

function buildOverlay(name: string): Manifest[] {
  const { stdout, stderr, status } = spawnSync(
    "kubectl",
    ["kustomize", join(kubernetesFolder, "overlays", name)],
    {
      encoding: "utf8",
    },
  );
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return parseManifests(stdout);
}

function toName({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

function sort(manifests: readonly Manifest[]): Manifest[] {
  return manifests.toSorted((one, other) => toName(one).localeCompare(toName(other)));
}

/** A ConfigMap's name ends in a hash of what it holds; we know it without. */
function withoutHashes(manifest: Manifest): Manifest {
  return JSON.parse(
    JSON.stringify(manifest).replaceAll(/"(meter-sync-(?:settings|config))-[a-z0-9]{10}"/g, '"$1"'),
  );
}
