import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toReportHtml } from "../../src/report/index.ts";
import { hasBrowser, openBrowser, openSheet, type Sheet, unlessBrowser } from "../support/browser.ts";
import { madeUpFacts } from "../unit/report/made-up-facts.ts";

const folder = mkdtempSync(join(tmpdir(), "report-keyboard-"));
let browser: Browser;
let sheet: Sheet;

beforeAll(async () => {
  if (!hasBrowser) return;
  browser = await openBrowser();
  const path = join(folder, "report.html");
  writeFileSync(path, toReportHtml(madeUpFacts()));
  sheet = await openSheet(browser, pathToFileURL(path).href, { viewport: { width: 820, height: 700 } });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that is shown and to be reached, in the order of the document, as its tag, class and text. */
async function toReachable(page: Page): Promise<readonly string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("a[href], summary, button, [tabindex='0']")]
      .filter((one) => one.checkVisibility())
      .map((one) => `${one.tagName} ${one.className} ${(one.textContent ?? "").slice(0, 60)}`),
  );
}

/** The stops of the Tab key from the top of the page, until it leaves it. */
async function walkByTab(page: Page): Promise<readonly { name: string; isSeen: boolean }[]> {
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.reload();
  const stops: { name: string; isSeen: boolean }[] = [];
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const one = document.activeElement as HTMLElement | null;
      if (one === null || one === document.body) return null;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const { top, bottom, left, right } = one.getBoundingClientRect();
      const isWithin = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
      return {
        name: `${one.tagName} ${one.className} ${(one.textContent ?? "").slice(0, 60)}`,
        isSeen: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && isWithin,
      };
    });
    if (stop === null) return stops;
    stops.push(stop);
  }
  return stops;
}

describe.skipIf(!hasBrowser)(`the report by keyboard${unlessBrowser}`, () => {
  it("is reached in all its parts by Tab, in order, and one sees where one is", async () => {
    const { page } = sheet;
    const stops = await walkByTab(page);
    const names = stops.map(({ name }) => name);
    expect(names).toEqual(await toReachable(page));
    expect(stops.filter(({ isSeen }) => !isSeen)).toEqual([]);
    expect(names[0]).toMatch(/^A skip /);
    const kinds = (tag: string) => names.filter((name) => name.startsWith(tag)).length;
    expect([kinds("A  "), kinds("SUMMARY")]).toEqual([6, await page.locator("details").count()]);
    expect(kinds("DIV scroll")).toBeGreaterThan(0);
  }, 240_000);

  it("skips to its content, goes to a section, and opens the numbers behind a chart", async () => {
    const { page } = sheet;
    await page.reload();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("MAIN");
    await page.locator("nav a").nth(3).focus();
    await page.keyboard.press("Enter");
    const target = new URL(page.url()).hash.slice(1);
    const top = await page.evaluate((id) => document.getElementById(id)?.getBoundingClientRect().top, target);
    expect(top).toBeLessThan(700);
    const details = page.locator(`#${target} details`).first();
    await details.locator("summary").focus();
    const isOpen = () => details.evaluate((one) => (one as HTMLDetailsElement).open);
    expect([await isOpen(), await details.locator("table").isVisible()]).toEqual([false, false]);
    await page.keyboard.press("Enter");
    expect([await isOpen(), await details.locator("table").isVisible()]).toEqual([true, true]);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("scroll");
    expect(sheet.noise).toEqual([]);
  });
});
