import { BarChart, SankeyChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, SankeyChart, GridComponent, SVGRenderer]);

/** A drawing for one width of the page; its text keeps its size, so a phone has one of its own. */
export type Size = { readonly name: "wide" | "narrow"; readonly width: number; readonly fontSize: number };

export const sizes: readonly Size[] = [
  { name: "wide", width: 860, fontSize: 13 },
  { name: "narrow", width: 340, fontSize: 12 },
];

export type Drawing = { readonly height: number; readonly option: Readonly<Record<string, unknown>> };

/**
 * What belongs between `<svg>` and `</svg>`. Colours are names of the page's own properties, so that it
 * follows the scheme; what would differ from drawing to drawing, and rules for a pointer, are taken out.
 */
export function drawChart({ height, option }: Drawing, { width, fontSize }: Size): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: "system-ui, sans-serif", fontSize, color: "var(--ink)" },
      ...option,
    });
    return toInner(chart.renderToSVGString());
  } finally {
    // A chart that is left open keeps the process alive.
    chart.dispose();
  }
}

/** Every `<`, `>` and `"` of a text is escaped in it, so these patterns match nothing but markup. */
function toInner(svg: string): string {
  return svg
    .replace(/^<svg[^>]*>\s*(<rect[^>]*><\/rect>)?/, "")
    .replace(/<style ?>[\s\S]*<\/style>/, "")
    .replace(/<\/svg>\s*$/, "")
    .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"<>]*"/g, "")
    .replace(/>\s+</g, "><")
    .trim();
}
