import type { Drawing, Size } from "./draw-chart.ts";
import { toShort } from "./foreign-text.ts";
import type { FlowDiagram, FlowNode } from "./plan-flows.ts";
import { formatCount } from "./wording.ts";

const nodeWidth = 10;

/** Ribbons from the groups before, on the left, to the groups after, on the right. */
export function toFlowDrawing(diagram: FlowDiagram, size: Size): Drawing {
  const rows = Math.max(diagram.before.length, diagram.after.length);
  const isWide = size.name === "wide";
  // Names stand beside the ribbons where there is room, and above where they begin where there is none.
  const margin = isWide ? 275 : 2;
  const columns = isWide ? 30 : 16;
  const gap = isWide ? 18 : 24;
  const toNode = (side: "left" | "right", color: number) => (node: FlowNode) => ({
    name: node.key,
    depth: side === "left" ? 0 : 1,
    itemStyle: { color: `var(--c${color})`, borderWidth: 0 },
    label: {
      ...(isWide ? { position: side } : toAbove(side)),
      formatter: () => toLabel(node, columns),
    },
  });
  const series = {
    type: "sankey",
    silent: true,
    draggable: false,
    emphasis: { disabled: true },
    left: margin,
    right: margin,
    top: isWide ? 8 : 20,
    bottom: 8,
    nodeWidth,
    nodeGap: gap,
    nodeAlign: "justify",
    lineStyle: { color: "var(--flow)", opacity: 1, curveness: 0.5 },
    label: { color: "var(--ink)", fontSize: size.fontSize, distance: 6, ...halo },
    data: [...diagram.before.map(toNode("left", 1)), ...diagram.after.map(toNode("right", 3))],
    links: diagram.links.map(({ from, to, meters }) => ({ source: from, target: to, value: meters })),
  };
  return { height: 28 + rows * (gap + 14), option: { series: [series] } };
}

/** Keeps a name readable where a ribbon passes behind it. */
const halo = { textBorderColor: "var(--paper)", textBorderWidth: 3 };

function toAbove(side: "left" | "right"): object {
  return { position: [side === "left" ? 0 : nodeWidth, -9], align: side, verticalAlign: "middle" };
}

function toLabel({ name, meters }: FlowNode, columns: number): string {
  return `${toShort(name, columns)}  ${formatCount(meters)}`;
}
