import { describe, expect, it } from "vitest";
import type { ReportFacts } from "../../../src/reader/index.ts";
import { toReportHtml } from "../../../src/report/index.ts";
import { emptyFacts, fullFacts, madeUpFacts } from "./made-up-facts.ts";
import { findAll, readHtml, toRowsOf, toText, walk } from "./read-html.ts";

const hostile: Readonly<Record<string, string>> = {
  markup: `</script></style></svg><img src=x onerror=alert(1)><script>alert(1)</script>`,
  "the end of character data": `]]></text><script>alert(1)</script>`,
  quotes: `"'&amp; onload="alert(1)" x='`,
  "an override": "abc\u202edef\u2066ghi\u200e",
  controls: "a\u0000b\u0007c\nd\re\u007ff\u0085g\u2028h",
  "half a character": "a\ud800b",
  emoji: "👩‍👩‍👧‍👦 Füße 電力 مجموعة {b|bold} {a} {value}",
  nothing: "",
  "names of objects": "__proto__",
  "names of functions": "constructor",
};

describe("text from outside", () => {
  it.each(Object.keys(hostile))("never becomes markup, and is seen as it is: %s", (kind) => {
    const text = hostile[kind]!;
    const html = toReportHtml(toFactsOf(text));
    const page = readHtml(html);
    const tags = new Set([...walk(page)].map(({ tag }) => tag));
    for (const tag of ["script", "img"]) expect(tags).not.toContain(tag);
    for (const { attributes } of walk(page)) {
      expect(Object.keys(attributes).filter((name) => /^on|^src$/.test(name))).toEqual([]);
    }
    expect([Object.keys(Object.prototype), Object.keys(Object)]).toEqual([[], []]);
    // Outside of the style sheet no line ends: what is unseen would have come from the text.
    const body = html.slice(html.indexOf("<body>"), html.indexOf("</html>"));
    expect(body.match(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066\u2067]/gu)).toBeNull();
    expect(html.isWellFormed()).toBe(true);
    const shown = toRowsOf(page, "group-table")[0]![0]!;
    expect(shown.replace(/ 9999.*$/, "")).toBe(expected[kind] ?? text);
    const names = findAll(page, "bdi").map(toText);
    expect(findAll(page, "svg").length).toBeGreaterThan(10);
    if (text !== "") expect(names).toContain(expected[kind] ?? text);
  });

  it("is cut in tables and charts where it is long, and says how long it was", () => {
    const html = toReportHtml(fullFacts("xyz ".repeat(1_250)));
    const page = readHtml(html);
    expect(toRowsOf(page, "group-table")[0]![0]).toBe(
      `${"xyz ".repeat(25)}… (5,001 characters) 99990000-0000-4000-8000-000000000000`,
    );
    const drawn = findAll(page, "svg").flatMap((svg) => findAll(svg, "text"));
    for (const text of drawn) expect(toText(text).length).toBeLessThan(50);
  });

  it.each(['"', "👩"])("leaves it well under 2 MB with every list at its limit: %j", (text) => {
    expect(Buffer.byteLength(toReportHtml(fullFacts(text.repeat(1_000))))).toBeLessThan(1_500_000);
  });

  it("does not fail on groups of one name, or on a group that flows to itself", () => {
    const [group] = madeUpFacts().groups.groups;
    const flow = { effective_from: "2026-10-08", program: null, applied: 0, rejected: 0, overdue: 0 };
    const other = { market_group_id: "other", market_group_name: group!.market_group_name };
    const html = toReportHtml({
      ...emptyFacts(),
      remaps: {
        from_trade_date: "2026-10-07",
        remaps: 6,
        others: 0,
        others_of_last_date: 0,
        flows: [
          { ...flow, from: [group!], to: [group!], meters: 3 },
          { ...flow, from: [group!], to: [other], meters: 2 },
          { ...flow, from: [other], to: [group!], meters: 1 },
        ],
      },
    });
    const [wide] = findAll(readHtml(html), "svg");
    const labels = findAll(wide!, "text").map(toText);
    expect(labels.map((label) => label.replace(/^.* /, "")).sort()).toEqual(["1", "2", "4", "5"]);
  });
});

const expected: Readonly<Record<string, string>> = {
  "an override": "abc⟨U+202E⟩def⟨U+2066⟩ghi⟨U+200E⟩",
  controls: "a␀b␇c␊d␍e␡f⟨U+0085⟩g⟨U+2028⟩h",
  "half a character": "a\ufffdb",
  nothing: "(empty)",
};

/** One row in every list, and every text of it the same. */
function toFactsOf(text: string): ReportFacts {
  const facts = madeUpFacts();
  const group = { market_group_id: "99990000-0000-4000-8000-000000000000", market_group_name: text };
  const flow = { effective_from: "2026-10-08", program: text, applied: 0, rejected: 0, overdue: 0 };
  const { enrollment, actions, groups, remaps, status } = facts;
  return {
    ...facts,
    status: {
      ...status,
      info: { ...status.info!, account: text, horizons: {} },
      sinks: status.sinks.map((sink) => ({ ...sink, name: text, error: text })),
    },
    enrollment: {
      ...enrollment,
      standing: [{ ...enrollment.standing[0]!, transmission_region: text, enrollment_status: text }],
      moves: [{ ...enrollment.moves[0]!, from: text, to: text }],
      days: [],
    },
    actions: {
      ...actions,
      counts: [{ ...actions.counts[0]!, code: text, party: text }],
      first: [{ ...actions.first[0]!, partner_reference: text, description: text, deadline: text }],
    },
    groups: { ...groups, groups: [{ ...groups.groups[0]!, ...group, programs: [text] }] },
    remaps: { ...remaps, flows: [{ ...flow, from: [group], to: [], meters: 1 }] },
    runs: facts.runs.slice(0, 1).map((run) => ({ ...run, error: text, mode: text, changes: { [text]: 1 } })),
  };
}
