import { describe, expect, it } from "vitest";
import { parseExposition } from "../../support/prometheus-parser.ts";

// The example of the format's description, shortened.
const good = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.4582e9

metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
`;

describe("the reader of the exposition format", () => {
  it("reads what the format allows", () => {
    const metrics = parseExposition(good);
    expect(metrics.get("http_requests_total")).toMatchObject({
      type: "counter",
      samples: [{ value: 1027 }, {}],
    });
    const [escaped] = metrics.get("file_access_time_seconds")?.samples ?? [];
    expect(escaped?.labels).toEqual({ path: "C:\\DIR\\FILE.TXT", error: 'Cannot find file:\n"FILE.TXT"' });
    expect(metrics.get("something_weird")?.samples[0]?.value).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    ["a last line that does not end", "a 1"],
    ["the same sample twice", 'a{b="1",c="2"} 1\na{c="2",b="1"} 2\n'],
    ["a second help", "# HELP a x\n# HELP a y\na 1\n"],
    ["a second type", "# TYPE a gauge\n# TYPE a gauge\na 1\n"],
    ["a type behind its samples", "a 1\n# TYPE a gauge\n"],
    ["a type there is not", "# TYPE a guage\na 1\n"],
    ["a metric that is taken up again", "a 1\nb 1\na 2\n"],
    ["no value", "a\n"],
    ["a value that is no number", "a Nan\n"],
    ["a value in hexadecimal", "a 0x10\n"],
    ["a name with a dash", "a-b 1\n"],
    ["a label that is not quoted", "a{b=1} 1\n"],
    ["a label that does not end", 'a{b="1} 1\n'],
    ["an escape there is not", 'a{b="\\t"} 1\n'],
    ["a label twice", 'a{b="1",b="2"} 1\n'],
    ["labels that are not parted", 'a{b="1" c="2"} 1\n'],
    ["more behind the timestamp", "a 1 2 3\n"],
  ])("refuses %s", (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
