import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  askPromtool,
  findMetricNames,
  loadRichText,
  promtoolMissing,
  readProjectFile,
  toObservedNames,
  top,
} from "./observed-names.ts";

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
};

const rulesPath = "deploy/prometheus/meter-sync.rules.yml";
const testsPath = "deploy/prometheus/meter-sync.test.yml";
const rulesText = readProjectFile(rulesPath);
const alertsText = readProjectFile("docs/alerts.md");
const metricsText = readProjectFile("docs/metrics.md");
const groups = (parse(rulesText) as { groups: { rules: Rule[] }[] }).groups;
const rules = groups.flatMap((group) => group.rules);
const headings = [...alertsText.matchAll(/^## (\S+)$/gm)].map(([, name = ""]) => name);

/** Labels that Prometheus adds by itself. */
const added = ["instance", "job"];
let richText: string;
let observed: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  richText = await loadRichText();
  observed = toObservedNames(richText);
});

describe("the alert rules", () => {
  it("name only metrics that the program has", () => {
    const names = findMetricNames(rules.map(({ expr }) => expr).join("\n"));
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !observed.has(name))).toEqual([]);
  });

  it("select and show only labels that those metrics have", () => {
    for (const { alert, expr, annotations } of rules) {
      const labels = new Set(findMetricNames(expr).flatMap((name) => [...(observed.get(name) ?? [])]));
      const selected = [...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label);
      const joined = [...expr.matchAll(/\bon \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
      const shown = [...JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)].map(
        ([, label = ""]) => label,
      );
      const unknown = [...selected, ...joined, ...shown].filter(
        (name) => !labels.has(name) && !added.includes(name),
      );
      expect(unknown, alert).toEqual([]);
    }
  });

  it("say how bad it is, what it is and what to do, and lead to their heading", () => {
    for (const { alert, labels, annotations } of rules) {
      expect(["critical", "warning"], alert).toContain(labels.severity);
      expect(Object.keys(annotations)).toEqual(["summary", "description", "runbook"]);
      expect(annotations.summary?.length, alert).toBeLessThan(100);
      expect(annotations.description, alert).toMatch(/\.$/);
      expect(annotations.runbook).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
    }
  });

  it("are all described, with their severity, and no others are", () => {
    expect(headings).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, labels } of rules) {
      expect(alertsText).toContain(`## ${alert}\n\n*${labels.severity}*\n`);
    }
  });

  it("are each tested by series that fire them", () => {
    const tests = (parse(readProjectFile(testsPath)) as { tests: PromtoolTest[] }).tests;
    const fired = tests.flatMap(({ alert_rule_test: asked }) =>
      asked.filter(({ exp_alerts: alerts }) => alerts.length > 0).map(({ alertname }) => alertname),
    );
    expect(fired).toEqual(rules.map(({ alert }) => alert));
    const series = tests.flatMap(({ input_series: inputs }) => inputs.map((input) => input.series));
    expect(findMetricNames(series.join("\n")).filter((name) => !observed.has(name))).toEqual([]);
  });
});

type PromtoolTest = {
  readonly input_series: readonly { readonly series: string }[];
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly object[] }[];
};

describe("the description of the metrics", () => {
  it("has a row for each of them with its labels, and for no other", () => {
    const rows = [...metricsText.matchAll(/^\| `(meter_sync_\w+)` \|([^|]*)\|/gm)];
    const described = rows.map(([, name = "", labels = ""]) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label).sort(),
    ]);
    const known = [...observed].map(([name, labels]) => [name, [...labels].sort()]);
    expect(described.sort()).toEqual(known.sort());
  });
});

describe.runIf(promtoolMissing === null)("promtool", () => {
  it("finds nothing wrong with the rules", () => {
    expect(askPromtool(["check", "rules", `${top}/${rulesPath}`])).toBe("");
  });

  it("sees each alert fire for the series that are bad, with these words, and for no other", () => {
    expect(askPromtool(["test", "rules", `${top}/${testsPath}`])).toBe("");
  });

  it("finds nothing wrong with what the program prints", () => {
    expect(askPromtool(["check", "metrics"], richText)).toBe("");
  });
});

if (promtoolMissing !== null) it.skip(`promtool is not asked: ${promtoolMissing}`, () => undefined);
