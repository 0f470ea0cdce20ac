import type { RemapFacts, ReportGroup } from "../reader/index.ts";

/** One side of a flow: the groups of one program together. None: unassigned. */
export type FlowNode = { readonly key: string; readonly name: string; readonly meters: number };

export type FlowDiagram = {
  readonly effectiveFrom: string;
  readonly meters: number;
  readonly before: readonly FlowNode[];
  readonly after: readonly FlowNode[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly meters: number }[];
  /** Flows that are drawn as one. */
  readonly merged: number;
};

type Link = { readonly from: Side; readonly to: Side; readonly meters: number };
type Side = { readonly key: string; readonly name: string };

const linkMax = 25;
const others: Side = { key: "others", name: "others" };
/** The key of what is merged, on the side before. */
export const othersBefore = `before ${others.key}`;

/**
 * What is drawn of the remaps of one trade date: groups before on one side, groups after on the other. A
 * group may be on both, so sides are told apart by their keys and nothing flows in a circle.
 */
export function planFlowDiagram(flows: RemapFacts["flows"], effectiveFrom: string): FlowDiagram {
  const links = toLinks(flows.filter((flow) => flow.effective_from === effectiveFrom));
  const isCut = links.length > linkMax;
  const left = isCut ? links.slice(linkMax - 1) : [];
  const rest = { from: others, to: others, meters: left.reduce((sum, { meters }) => sum + meters, 0) };
  const drawn = isCut ? [...links.slice(0, linkMax - 1), rest] : links;
  return {
    effectiveFrom,
    meters: drawn.reduce((sum, { meters }) => sum + meters, 0),
    before: toNodes(drawn.map(({ from, meters }) => ({ ...from, key: `before ${from.key}`, meters }))),
    after: toNodes(drawn.map(({ to, meters }) => ({ ...to, key: `after ${to.key}`, meters }))),
    links: drawn.map(({ from, to, meters }) => ({
      from: `before ${from.key}`,
      to: `after ${to.key}`,
      meters,
    })),
    merged: left.length,
  };
}

/** A group by its name, or by the beginning of its id. */
export function toGroupLabel({ market_group_id: id, market_group_name: name }: ReportGroup): string {
  return name === null || name === "" ? id.slice(0, 8) : name;
}

/** Flows between the same groups are one, whatever the program; most meters first. */
function toLinks(flows: RemapFacts["flows"]): readonly Link[] {
  const links = new Map<string, Link>();
  for (const flow of flows) {
    const [from, to] = [toSide(flow.from, "unassigned"), toSide(flow.to, "unassigned")];
    const key = JSON.stringify([from.key, to.key]);
    links.set(key, { from, to, meters: flow.meters + (links.get(key)?.meters ?? 0) });
  }
  return [...links]
    .filter(([, { meters }]) => meters > 0)
    .sort(([a, left], [b, right]) => right.meters - left.meters || (a < b ? -1 : 1))
    .map(([, link]) => link);
}

function toSide(groups: readonly ReportGroup[], none: string): Side {
  if (groups.length === 0) return { key: "none", name: none };
  const sorted = [...groups].sort((a, b) => (a.market_group_id < b.market_group_id ? -1 : 1));
  return {
    key: `groups ${sorted.map(({ market_group_id }) => market_group_id).join(" ")}`,
    name: sorted.map(toGroupLabel).join(" + "),
  };
}

function toNodes(sides: readonly FlowNode[]): readonly FlowNode[] {
  const nodes = new Map<string, FlowNode>();
  for (const side of sides) {
    nodes.set(side.key, { ...side, meters: side.meters + (nodes.get(side.key)?.meters ?? 0) });
  }
  return [...nodes.values()];
}
