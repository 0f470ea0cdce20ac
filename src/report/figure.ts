import { type ComponentChildren, h, type JSX } from "preact";
import { type Drawing, drawChart, type Size, sizes } from "./draw-chart.ts";
import { formatCount } from "./wording.ts";

export type LegendEntry = {
  readonly color: number;
  readonly name: ComponentChildren;
  readonly value?: number | string;
};

export type FigureParts = {
  /** Unique in the document; what is in the figure is named after it. */
  readonly id: string;
  readonly title: ComponentChildren;
  /** The main numbers in a sentence or two: what there is to see, for those who do not see it. */
  readonly summary: ComponentChildren;
  readonly legend?: readonly LegendEntry[];
  readonly toDrawing: (size: Size) => Drawing;
  /** The tables behind it. */
  readonly tables: readonly JSX.Element[];
};

/** A chart with its text beside it and its numbers behind it. */
export function Figure({ id, title, summary, legend = [], toDrawing, tables }: FigureParts): JSX.Element {
  return h(
    "figure",
    { id },
    h("figcaption", null, h("h3", { id: `${id}-title` }, title), h("p", { id: `${id}-summary` }, summary)),
    legend.length === 0 ? null : h("ul", { class: "legend" }, legend.map(toEntry)),
    sizes.map((size) => toSvg(id, size, toDrawing(size))),
    h(Numbers, { of: title, isNear: true, tables }),
  );
}

type NumbersParts = {
  readonly of: ComponentChildren;
  /** What they are the numbers of stands right above. */
  readonly isNear?: boolean;
  readonly tables: readonly JSX.Element[];
};

/** Tables that are there when asked for, and on paper. */
export function Numbers({ of, isNear = false, tables }: NumbersParts): JSX.Element {
  const label = h("span", isNear ? { class: "unseen" } : {}, ": ", of);
  return h("details", null, h("summary", null, "The numbers", label), tables);
}

function toEntry({ color, name, value }: LegendEntry): JSX.Element {
  const shown = typeof value === "number" ? formatCount(value) : value;
  return h(
    "li",
    null,
    h("span", { class: `swatch k${color}`, "aria-hidden": "true" }),
    h("span", null, name),
    shown === undefined ? null : h("b", null, shown),
  );
}

function toSvg(id: string, size: Size, drawing: Drawing): JSX.Element {
  return h("svg", {
    class: size.name,
    viewBox: `0 0 ${size.width} ${drawing.height}`,
    role: "img",
    "aria-labelledby": `${id}-title`,
    "aria-describedby": `${id}-summary`,
    dangerouslySetInnerHTML: { __html: drawChart(drawing, size) },
  });
}
