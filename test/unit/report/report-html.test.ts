import { beforeAll, describe, expect, it } from "vitest";
import type { ReportFacts } from "../../../src/reader/index.ts";
import { toReportHtml } from "../../../src/report/index.ts";
import { emptyFacts, fullFacts, madeUpFacts } from "./made-up-facts.ts";
import { findAll, findById, type HtmlNode, readHtml, toRowsOf, toText, walk } from "./read-html.ts";

const made: Readonly<Record<string, ReportFacts>> = {
  ordinary: madeUpFacts(),
  empty: emptyFacts(),
  full: fullFacts(),
};
const names = Object.keys(made);
const texts = new Map<string, string>();
const pages = new Map<string, HtmlNode>();
const pageOf = (name: string): HtmlNode => pages.get(name)!;

beforeAll(() => {
  for (const name of names) {
    texts.set(name, toReportHtml(made[name]!));
    pages.set(name, readHtml(texts.get(name)!));
  }
});

describe("the report as a document", () => {
  it.each(names)("asks for nothing and runs nothing: %s", (name) => {
    const html = texts.get(name)!;
    expect(html).not.toMatch(/<script|javascript:|url\(|@import|\son\w+=/i);
    expect(html.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, "")).not.toMatch(/https?:/);
    const links = [...walk(pageOf(name))].flatMap(({ attributes: { href, src } }) => [href, src]);
    for (const link of links) expect(link ?? "#").toMatch(/^(#|data:,$)/);
    const policy = findAll(pageOf(name), "meta").find((meta) => meta.attributes["http-equiv"] !== undefined);
    expect(policy?.attributes.content).toMatch(/^default-src 'none';/);
  });

  it.each(names)("has one h1, landmarks, and every id once: %s", (name) => {
    const page = pageOf(name);
    const ids = [...walk(page)].map(({ attributes }) => attributes.id).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
    for (const tag of ["h1", "main", "header", "nav", "footer"]) expect(findAll(page, tag)).toHaveLength(1);
    expect(findAll(page, "html")[0]?.attributes.lang).toBe("en");
    const levels = [...walk(page)].filter(({ tag }) => /^h[1-6]$/.test(tag)).map(({ tag }) => Number(tag[1]));
    levels.forEach((level, place) => {
      expect(level - (levels[place - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
  });

  it.each(names)("links to sections that are there: %s", (name) => {
    const links = findAll(pageOf(name), "a").map(({ attributes }) => attributes.href!.slice(1));
    expect(links.length).toBe(7);
    for (const id of links) findById(pageOf(name), id);
  });

  it.each(["ordinary", "full"])("has a name, words and numbers for every chart: %s", (name) => {
    const figures = findAll(pageOf(name), "figure");
    expect(figures.length).toBeGreaterThanOrEqual(8);
    for (const figure of figures) {
      const drawings = findAll(figure, "svg").filter(({ attributes }) => attributes.role === "img");
      expect(drawings.map(({ attributes }) => attributes.class)).toEqual(["wide", "narrow"]);
      for (const { attributes } of drawings) {
        expect(toText(findById(figure, attributes["aria-labelledby"]!)).length).toBeGreaterThan(10);
        expect(toText(findById(figure, attributes["aria-describedby"]!))).toMatch(/\d/);
      }
      expect(findAll(figure, "details").flatMap((one) => findAll(one, "td")).length).toBeGreaterThan(0);
    }
    const nested = findAll(pageOf(name), "svg").filter(({ attributes }) => attributes.role !== "img");
    expect(nested).toEqual([]);
  });

  it.each(["ordinary", "full"])(
    "draws in the page's own colours, with no id or rule of a drawing: %s",
    (name) => {
      for (const part of findAll(pageOf(name), "svg").flatMap((svg) => [...walk(svg)])) {
        const { fill = "none", stroke = "none", style = "" } = part.attributes;
        for (const color of [fill, stroke]) expect(color).toMatch(/^(none|var\(--[a-z0-9-]+\))$/);
        expect(style).toMatch(/^$|^font-size:\d+px;font-family:system-ui, sans-serif;$/);
        expect(part.attributes).not.toHaveProperty("id");
        expect(part.attributes).not.toHaveProperty("class");
        expect(["path", "text", "g"]).toContain(part.tag);
      }
    },
  );

  it.each(names)("has tables with a caption, heads and a way to scroll them by keyboard: %s", (name) => {
    for (const region of [...walk(pageOf(name))].filter(({ attributes }) => attributes.role === "region")) {
      expect(region.attributes.tabindex).toBe("0");
      findById(region, region.attributes["aria-labelledby"]!);
      for (const head of findAll(region, "th")) expect(head.attributes.scope).toMatch(/^(col|row)$/);
      for (const row of findAll(region, "tr")) expect(findAll(row, "th").length).toBeGreaterThan(0);
    }
    const regions = [...walk(pageOf(name))].filter(({ attributes }) => attributes.role === "region");
    expect(regions.length).toBe(findAll(pageOf(name), "table").length);
  });

  it("is the same text for the same facts", () => {
    for (const name of ["ordinary", "empty"]) expect(toReportHtml(made[name]!)).toBe(texts.get(name));
  });

  it("is small where every list is as long as it gets", () => {
    expect(Buffer.byteLength(texts.get("full")!)).toBeLessThan(800_000);
  });
});

describe("the report in words", () => {
  it("says in words where there is nothing", () => {
    const page = pageOf("empty");
    const said = findAll(page, "p").map(toText).join("\n");
    for (const words of [
      "No run has begun yet: the first sweep fills this report.",
      "There are no meters yet.",
      "Nothing was told of any meter in this time.",
      "No meter needs action.",
      "No market group has a member",
      "No remap takes effect on 2026-10-07 or later.",
      "No sink was ever registered",
    ]) {
      expect(said).toContain(words);
    }
    expect(findAll(page, "svg")).toEqual([]);
    expect(findAll(page, "table")).toEqual([]);
  });

  it("says how many are left out of every list that is cut", () => {
    const notes = [...walk(pageOf("full"))]
      .filter(({ attributes }) => attributes.class === "more")
      .map(toText);
    expect(notes).toEqual([
      "… and 3,100 more with later deadlines or none",
      "… and 8,950 more meters",
      "… and 1,204 more groups",
      "… and 3 more trade dates, as a table alone",
      "… and 9,900 more remaps of flows left out: 700 effective from 2026-10-13, 9,200 effective later",
    ]);
  });

  it("shows a horizon that is longer than paper is wide in part, and says so", () => {
    const { groups, ...facts } = emptyFacts();
    const trade_dates = Array.from({ length: 31 }, (_, day) => `2026-10-${String(day + 1).padStart(2, "0")}`);
    const page = readHtml(
      toReportHtml({
        ...facts,
        groups: {
          ...groups,
          trade_dates,
          totals: trade_dates.map(() => ({ groups: 1, meters: 5, regions: ["CAISO"] })),
          groups: [
            {
              market_group_id: "g",
              market_group_name: null,
              programs: [],
              members: trade_dates.map(() => 5),
            },
          ],
        },
      }),
    );
    expect(toRowsOf(page, "group-table")[0]).toHaveLength(12);
    expect(toText(page)).toContain("… and 21 more trade dates, which only the totals show");
    expect(toRowsOf(page, "member-table")).toHaveLength(31);
  });
});
