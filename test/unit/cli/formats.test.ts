import { describe, expect, it } from "vitest";
import { type Format, type Listing, printListing, printRecord, type Row } from "../../../src/cli/formats.ts";
import { type Output, toOutputOfColumns } from "../../../src/cli/output.ts";

const rows: readonly Row[] = [
  { id: "a", name: "=1+1", count: -2, tags: ["x", "y"], is_on: true, none: null },
  { id: "b", name: 'two, "three"', count: 3, tags: [], is_on: false, none: null },
];

describe("a listing", () => {
  it("is an array of one object a line as json", async () => {
    const text = await printed("json", rows);
    expect(JSON.parse(text)).toEqual(rows);
    expect(text.trimEnd().split("\n")).toHaveLength(4);
  });

  it("is an empty array as json where there is nothing", async () => {
    expect(JSON.parse(await printed("json", []))).toEqual([]);
  });

  it("is one object a line as ndjson", async () => {
    const lines = (await printed("ndjson", rows)).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  });

  it("takes the power from formulas as csv, and leaves negative numbers alone", async () => {
    expect(await printed("csv", rows)).toBe(
      [
        "id,name,count,tags,is_on,none",
        `a,'=1+1,-2,"[""x"",""y""]",true,`,
        `b,"two, ""three""",3,[],false,`,
        "",
      ].join("\n"),
    );
  });

  it("has its headings as csv even where there is nothing", async () => {
    expect(await printed("csv", [])).toBe("id,name,count,tags,is_on,none\n");
  });

  it("is aligned without borders as a table", async () => {
    const lines = (await printed("table", rows)).split("\n");
    expect(lines[0]).toBe("ID  NAME          COUNT  TAGS  IS ON  NONE");
    expect(lines[1]).toBe("a   =1+1          -2     x, y  yes    -");
    expect(lines[2]).toBe(`b   two, "three"  3      -     no     -`);
  });

  it("says so in words as a table without rows", async () => {
    expect(await printed("table", [])).toBe("nothing here\n");
  });

  it("stops a table where nobody asked for more, and says how to get it", async () => {
    const text = await printed("table", [...rows, ...rows], { tableRowCountMax: 3 });
    expect(text.trimEnd().split("\n")).toHaveLength(5);
    expect(text).toContain("--limit N");
  });

  it("does not read further once the reader of the output has gone", async () => {
    let read = 0;
    const endless = (function* () {
      for (;;) {
        read += 1;
        yield { id: "a" };
      }
    })();
    const output: Output = { ...collector().output, isGone: () => read > 10 };
    await printListing(output, "ndjson", { ...listing, rows: endless });
    expect(read).toBe(11);
  });

  it("escapes what steers a terminal in json and csv too, but only on a terminal", async () => {
    const hostile = [{ id: "\u202e\u009b" }];
    expect(await printed("ndjson", hostile, {}, true)).toBe('{"id":"\\u202e\\u009b"}\n');
    expect(await printed("ndjson", hostile)).toBe('{"id":"\u202e\u009b"}\n');
    expect(await printed("csv", hostile, { columns: ["id"] }, true)).toBe("id\n\\u202e\\u009b\n");
  });
});

describe("a listing of columns that were asked for", () => {
  const asked = async (format: Format, columns: readonly string[], changes: Partial<Listing> = {}) => {
    const { output, text } = collector();
    const chosen = toOutputOfColumns(output, columns);
    await printListing(chosen, format, { ...listing, rows, ...changes });
    return text();
  };

  it("has just these, in the order asked, in every format", async () => {
    const columns = ["count", "id"];
    expect(await asked("csv", columns)).toBe("count,id\n-2,a\n3,b\n");
    expect(await asked("ndjson", columns)).toBe('{"count":-2,"id":"a"}\n{"count":3,"id":"b"}\n');
    expect(await asked("json", columns)).toBe('[\n{"count":-2,"id":"a"},\n{"count":3,"id":"b"}\n]\n');
    expect(await asked("table", columns)).toBe("COUNT  ID\n-2     a\n3      b\n");
  });

  it("names those there are where one is unknown, before anything is printed", async () => {
    await expect(asked("csv", ["id", "nmae"])).rejects.toMatchObject({
      kind: "usage",
      message: "no column nmae here: --columns takes id, name, count, tags, is_on, none",
    });
  });

  it("takes a table's own column in a table alone", async () => {
    const changes = { tableColumns: ["id", "what"], rows: [{ id: "a", what: "moved" }] };
    expect(await asked("table", ["what"], changes)).toBe("WHAT\nmoved\n");
    await expect(asked("csv", ["what"], changes)).rejects.toMatchObject({ kind: "usage" });
  });

  it("is refused for what is no listing, in words", async () => {
    const chosen = toOutputOfColumns(collector().output, ["id"]);
    await expect(printRecord(chosen, "json", { id: "a" })).rejects.toMatchObject({
      kind: "usage",
      message: expect.stringContaining("--columns cannot choose in this format"),
    });
  });
});

describe("a table on a terminal", () => {
  const id = "0e2b6f50-1111-4000-8000-000000000001";
  const wide = [{ meter_id: id, name: "a name that goes on and on", what: "short" }];
  const shown = async (width: number, given: readonly Row[] = wide) => {
    const { output, text } = collector(true);
    const columns = Object.keys(given[0]!);
    await printListing({ ...output, width }, "table", { ...listing, columns, rows: given });
    return text().trimEnd().split("\n");
  };

  it("is whole where it fits", async () => {
    expect((await shown(71))[1]).toBe(`${id}  a name that goes on and on  short`);
  });

  it("shortens its widest cells with an ellipsis, and leaves ids whole", async () => {
    expect(await shown(60)).toEqual([
      `${"METER ID".padEnd(36)}  NAME             WHAT`,
      `${id}  a name that go…  short`,
    ]);
  });

  it("never wraps a row, however narrow the terminal is", async () => {
    for (const width of [50, 40, 20, 10]) {
      const lines = await shown(width);
      expect(lines).toHaveLength(2);
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    }
    expect((await shown(20))[1]).toMatch(/^\w.+… {2}\w.*…? {2}\w.*…?$/);
  });

  it("counts characters that are two places wide as two", async () => {
    const lines = await shown(20, [{ name: "変電所変電所変電所変電所", what: "short" }]);
    expect(lines[1]).toBe("変電所変電所…  short");
  });

  it("is whole elsewhere, whatever its rows need", async () => {
    const { output, text } = collector();
    await printListing(output, "table", { ...listing, columns: ["name"], rows: [{ name: "n".repeat(500) }] });
    expect(text()).toContain("n".repeat(500));
  });
});

describe("a record", () => {
  it("is an indented object as json and one line as ndjson", async () => {
    const { output, text } = collector();
    await printRecord(output, "json", { a: 1 });
    await printRecord(output, "ndjson", { a: 1 });
    expect(text()).toBe('{\n  "a": 1\n}\n{"a":1}\n');
  });

  it("is names and values as a table, with the values neutralised", async () => {
    const { output, text } = collector();
    await printRecord(output, "table", { first_name: "\u001b[2J", parts: [{}, {}] });
    expect(text()).toBe("first name  \\u001b[2J\nparts       2\n");
  });
});

const listing = { columns: Object.keys(rows[0]!), tableRowCountMax: 50, empty: "nothing here" };

async function printed(
  format: Format,
  given: readonly Row[],
  changes: Partial<Listing> = {},
  isTerminal = false,
): Promise<string> {
  const { output, text } = collector(isTerminal);
  await printListing(output, format, { ...listing, rows: given, ...changes });
  return text();
}

function collector(isTerminal = false): { readonly output: Output; readonly text: () => string } {
  let text = "";
  const write = async (part: string): Promise<void> => {
    text += part;
  };
  return {
    output: { write, flush: async () => undefined, isGone: () => false, isTerminal },
    text: () => text,
  };
}
