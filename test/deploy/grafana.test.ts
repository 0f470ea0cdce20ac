import { beforeAll, describe, expect, it } from "vitest";
import {
  checkExpressions,
  findMetricNames,
  loadRichText,
  promtoolMissing,
  readProjectFile,
  toObservedNames,
} from "./observed-names.ts";

type Place = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: Place;
  readonly datasource?: object;
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
};
type Dashboard = {
  readonly uid: string;
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
  readonly panels: readonly Panel[];
};

const dashboard = JSON.parse(readProjectFile("deploy/grafana/meter-sync.json")) as Dashboard;
const { panels } = dashboard;
const targets = panels.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, ...target })));
let observed: ReadonlyMap<string, ReadonlySet<string>>;

beforeAll(async () => {
  observed = toObservedNames(await loadRichText());
});

function overlap(one: Place, other: Place): boolean {
  const isBeside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const isBeneath = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !isBeside && !isBeneath;
}

describe("the dashboard", () => {
  it("asks only for metrics that the program has, by labels that they have", () => {
    expect(targets.length).toBeGreaterThan(20);
    for (const { panel, expr, legendFormat } of targets) {
      const names = findMetricNames(expr);
      expect(names.length, panel.title).toBeGreaterThan(0);
      expect(names.filter((name) => !observed.has(name))).toEqual([]);
      const labels = new Set([
        "instance",
        "job",
        ...names.flatMap((name) => [...(observed.get(name) ?? [])]),
      ]);
      const used = [
        ...[...expr.matchAll(/[{,]\s*(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
        ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
      ];
      expect(
        used.filter((label) => !labels.has(label)),
        panel.title,
      ).toEqual([]);
    }
  });

  it("lets the viewer choose a data source, and asks that one alone, for the instances chosen", () => {
    expect(dashboard.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ["datasource", "datasource"],
      ["instance", "query"],
    ]);
    const charts = panels.filter(({ type }) => type !== "row");
    for (const { datasource, title } of charts) {
      expect(datasource, title).toEqual({ type: "prometheus", uid: "$" + "{datasource}" });
    }
    for (const { expr } of targets) {
      expect([...expr.matchAll(/meter_sync_\w+(?!\w|\{instance=~"\$instance")/g)], expr).toEqual([]);
    }
  });

  it("has panels with ids of their own that do not overlap, nor leave the grid", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const [index, one] of panels.entries()) {
      expect(one.gridPos.x + one.gridPos.w, one.title).toBeLessThanOrEqual(24);
      for (const other of panels.slice(index + 1)) {
        expect(overlap(one.gridPos, other.gridPos), `${one.title}, ${other.title}`).toBe(false);
      }
    }
  });

  it("shows freshness, what is held, overdue, changes, sinks, runs and the file", () => {
    const shown = findMetricNames(targets.map(({ expr }) => expr).join("\n"));
    for (const name of [
      "last_publication_timestamp_seconds",
      "held_run",
      "remaps_overdue",
      "last_run_changes",
      "sink_undelivered_events",
      "last_run_duration_seconds",
      "database_size_bytes",
    ]) {
      expect(shown).toContain(`meter_sync_${name}`);
    }
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
  });
});

it.skipIf(promtoolMissing !== null)("promtool reads every expression of the dashboard", () => {
  const expressions = targets.map(({ expr }) => expr.replaceAll("$instance", ".*"));
  expect(checkExpressions(expressions)).toBe("");
  expect(checkExpressions(["sum(by"])).not.toBe("");
});
