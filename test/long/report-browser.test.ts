import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toReportHtml } from "../../src/report/index.ts";
import {
  findViolations,
  hasBrowser,
  openBrowser,
  openDetails,
  openSheet,
  schemes,
  serveDocument,
  unlessBrowser,
  weighPicture,
  widths,
} from "../support/browser.ts";
import { openReportRun } from "../support/report-run.ts";
import { fullFacts } from "../unit/report/full-facts.ts";
import { emptyFacts, madeUpFacts } from "../unit/report/made-up-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "report-browser-"));
/** Kept, for eyes: each test run replaces them. */
const pictures = join(tmpdir(), "meter-sync-report-pictures");
let browser: Browser;
const pages = new Map<string, string>();
const urlOf = (name: string) => pathToFileURL(pages.get(name)!).href;
const looks = widths.flatMap((width) => schemes.map((scheme) => ({ width, scheme })));
const height = 900;
const whole = ["run", "madeUp", "full", "empty"] as const;

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await openBrowser();
  mkdirSync(pictures, { recursive: true });
  process.stdout.write(`screenshots of the report: ${pictures}\n`);
  const run = await openReportRun();
  pages.set("run", join(folder, "run.html"));
  writeFileSync(pages.get("run")!, readFileSync(run.reportPath));
  await run.close();
  for (const [name, facts] of Object.entries({
    madeUp: madeUpFacts(),
    full: fullFacts(),
    empty: emptyFacts(),
  })) {
    pages.set(name, join(folder, `${name}.html`));
    writeFileSync(pages.get(name)!, toReportHtml(facts));
  }
}, 300_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasBrowser)(`the report in a browser${unlessBrowser}`, () => {
  const ends = looks.filter(({ width, scheme }) => width !== 820 && (width === 360) === (scheme === "light"));
  const cases = whole.flatMap((name) => (name === "run" ? looks : ends).map((look) => ({ name, ...look })));

  it.each(cases)("$name, $width wide and $scheme: is all there, and asks for nothing", async (look) => {
    const { name, width, scheme } = look;
    const options = { viewport: { width, height }, colorScheme: scheme };
    const { page, noise, close } = await openSheet(browser, urlOf(name), options);
    const picture = await page.screenshot({
      path: join(pictures, `${name}-${width}-${scheme}.png`),
      fullPage: name === "run",
    });
    const sizes = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    expect(sizes.scrollWidth).toBeLessThanOrEqual(sizes.clientWidth);
    await openDetails(page);
    const opened = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(opened).toBeLessThanOrEqual(sizes.clientWidth);
    await close();
    const { colors, corner } = await weighPicture(browser, picture);
    expect(colors).toBeGreaterThan(name === "empty" ? 50 : 200);
    if (scheme === "dark") expect(corner).toBeLessThan(60);
    else expect(corner).toBeGreaterThan(230);
    expect(noise).toEqual([]);
  });

  it("is the same from a server, and the document is all it asks for", async () => {
    const served = await serveDocument(readFileSync(pages.get("run")!, "utf8"));
    // What it asks for, no width and no colour changes: all looks of the file itself are judged above.
    for (const { width, scheme } of ends) {
      const options = { viewport: { width, height }, colorScheme: scheme };
      const { noise, close } = await openSheet(browser, served.url, options);
      await close();
      expect([noise, served.asked]).toEqual([[], []]);
    }
    await served.close();
  });

  // The full one takes long: it is looked at once.
  const examined = cases.filter(({ name, width }) => name !== "full" || width === 360);

  it.each(examined)("$name, $width wide and $scheme: axe finds nothing, all of it open", async (look) => {
    const { name, width, scheme } = look;
    const options = { viewport: { width, height }, colorScheme: scheme, bypassCSP: true };
    const { page, close } = await openSheet(browser, urlOf(name), options);
    expect(await findViolations(page)).toEqual([]);
    await close();
  });

  it("lets nothing run or be fetched that had got into it, for the sake of its policy", async () => {
    const html = readFileSync(pages.get("run")!, "utf8");
    const attack = (origin: string) =>
      `<script>document.title = "ran"</script><script src="${origin}/a.js"></script>` +
      `<img src="${origin}/b.png" onerror="document.title = 'ran'">` +
      `<link rel="stylesheet" href="${origin}/c.css"><iframe src="${origin}/d.html"></iframe>`;
    const attacked = async (page: string) => {
      const other = await serveDocument("");
      const served = await serveDocument(page.replace("</body>", `${attack(other.origin)}</body>`));
      const sheet = await openSheet(browser, served.url);
      const title = await sheet.page.title();
      await sheet.close();
      await Promise.all([served.close(), other.close()]);
      return { title, asked: [...other.asked, ...served.asked] };
    };
    const { title, asked } = await attacked(html);
    expect([title, asked]).toEqual([expect.stringMatching(/^Meters and market groups/), []]);
    const without = await attacked(html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ""));
    expect(without.title).toBe("ran");
    expect(without.asked).toEqual(expect.arrayContaining(["/a.js", "/b.png", "/c.css", "/d.html"]));
  });

  it("is all on paper, nothing folded away or cut off, in light", async () => {
    for (const name of ["run", "full"] as const) {
      const { page, close } = await openSheet(browser, urlOf(name), { colorScheme: "dark" });
      const tableCount = await page.locator("table").count();
      const isShown = () =>
        page.evaluate(
          () => [...document.querySelectorAll("table")].filter((table) => table.checkVisibility()).length,
        );
      expect(await isShown()).toBeLessThan(tableCount);
      await page.emulateMedia({ media: "print" });
      expect(await isShown()).toBe(tableCount);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll(".scroll")].filter(
          (one) => getComputedStyle(one).overflowX !== "visible",
        ),
      );
      expect(cut).toHaveLength(0);
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(paper).toBe("rgb(255, 255, 255)");
      const pdf = await page.pdf({ path: join(pictures, `${name}.pdf`), format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
      const pageCount = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pageCount).toBeGreaterThanOrEqual({ run: 4, full: 15 }[name]);
      await close();
    }
  });
});
