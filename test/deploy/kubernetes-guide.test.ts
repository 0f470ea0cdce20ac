import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildProgram } from "../../src/cli/program.ts";
import { assembleOverlay, kubernetesFolder, listOverlays, type Manifest } from "./manifests.ts";

const top = join(import.meta.dirname, "..", "..");
const guide = readFileSync(join(top, "docs", "kubernetes.md"), "utf8");
const manifests = listOverlays().flatMap(assembleOverlay);

function findAll(pattern: RegExp): string[] {
  return [...new Set([...guide.matchAll(pattern)].map((match) => match[1] ?? ""))];
}

describe("docs/kubernetes.md", () => {
  it("tells what every overlay is, and installs no other", () => {
    const [, table = ""] = /^\| overlay \| is \|\n\|[-|]+\n((?:\|.*\n)+)/m.exec(guide) ?? [];
    const told = [...table.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
    expect(told.sort()).toEqual(listOverlays());
    for (const name of findAll(/apply -k deploy\/kubernetes\/overlays\/(\w+)/g)) {
      expect(listOverlays()).toContain(name);
    }
  });

  it("names CronJobs, Deployments and files that are there", () => {
    const kinds = { cronjob: "CronJob", deployment: "Deployment" };
    for (const [word, kind] of Object.entries(kinds)) {
      const names = findAll(new RegExp(`\\b${word}/([a-z-]+)`, "g"));
      expect(names.length).toBeGreaterThan(0);
      const known = manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);
      for (const name of names) expect(known).toContain(name);
    }
    for (const path of findAll(/`((?:base|image|overlays)\/[\w./-]+)`/g)) {
      expect(readFileSync(join(kubernetesFolder, path), "utf8")).not.toBe("");
    }
  });

  it("changes a one-shot where the job of `sync` has something to change, to commands that there are", () => {
    const sync = manifests.find(({ kind, metadata }) => kind === "CronJob" && metadata.name === "sync");
    const job = { spec: sync.spec.jobTemplate.spec };
    const changes = JSON.parse(/-p '(\[[^']*\])'/.exec(guide)?.[1] ?? "[]") as { op: string; path: string }[];
    expect(changes.map(({ op }) => op)).toEqual(["replace", "replace"]);
    for (const { path } of changes) {
      const value = path
        .slice(1)
        .split("/")
        .reduce((one: Manifest, key) => one?.[key], job);
      expect(value, path).toBeDefined();
    }
    const commands = findAll(/(\["[a-z][^\]{]*\])/g).map((text) => JSON.parse(text) as string[]);
    expect(commands.length).toBeGreaterThan(3);
    for (const words of commands) {
      const act = () => async () => undefined;
      buildProgram(act, { write: async () => undefined }).parse(words, { from: "user" });
    }
  });

  it("tells the requests and limits that the manifests have", () => {
    const jobs = manifests.filter(({ kind }) => kind === "CronJob" || kind === "Deployment");
    const rows = [...guide.matchAll(/^\| `(\w+)`[^|]*\|[^|]*\| (\d+) MiB \| (\d+) MiB \|$/gm)];
    expect(rows.map((row) => row[1])).toEqual(["sync", "deliver", "schedule"]);
    for (const [, name, request, limit] of rows) {
      const { spec } = jobs.find(({ metadata }) => metadata.name === name);
      const [container] = (spec.jobTemplate?.spec ?? spec).template.spec.containers;
      expect(container.resources).toMatchObject({
        requests: { memory: `${request}Mi` },
        limits: { memory: `${limit}Mi` },
      });
    }
  });
});
