import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const chromiumPath = "/usr/bin/chromium";

/** Debian's; no other browser is looked for. */
export const hasBrowser = existsSync(chromiumPath);
/** For the names of tests that then skip. */
export const unlessBrowser = hasBrowser ? "" : ` (skipped: there is no ${chromiumPath})`;

export const widths = [360, 820, 1400] as const;
export const schemes = ["light", "dark"] as const;

const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, headless: true, args: launchArguments });
}

/** A document in a tab of its own, and all that it did but show itself. */
export type Sheet = {
  readonly page: Page;
  /** Warnings, errors, dialogs, and requests for anything but the document. */
  readonly noise: readonly string[];
  readonly close: () => Promise<void>;
};

export async function openSheet(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Sheet> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noise: string[] = [];
  page.on("console", (message) => {
    if (["warning", "error"].includes(message.type())) noise.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    noise.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) noise.push(`request: ${request.url()}`);
  });
  await page.goto(url, { waitUntil: "load" });
  return { page, noise, close: () => context.close() };
}

/** What axe finds wrong with a page, all of it open; the context must bypass the page's policy. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  await openDetails(page);
  await page.evaluate(axe.source);
  const { violations, passes } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run(document, {
      resultTypes: ["violations"],
    }),
  );
  if (passes.length < 20) throw new Error(`axe looked at no more than ${passes.length} rules`);
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}; ${nodes.length} times, first ${nodes[0]?.html.slice(0, 300)}`,
  );
}

export async function openDetails(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}

/** The rows of the table whose caption has this id, without small print; null where there is none. */
export async function readTable(page: Page, captionId: string): Promise<string[][] | null> {
  return page.evaluate((id) => {
    const table = document.getElementById(id)?.closest("table");
    if (table === null || table === undefined) return null;
    return [...table.tBodies[0]!.rows].map((row) =>
      [...row.cells].map((cell) => {
        const copy = cell.cloneNode(true) as HTMLElement;
        for (const small of copy.querySelectorAll("small")) small.remove();
        return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
      }),
    );
  }, captionId);
}

/** How many colours a screenshot has, and how bright its corner is, from 0 to 255. */
export async function weighPicture(
  browser: Browser,
  png: Buffer,
): Promise<{ colors: number; corner: number }> {
  const page = await browser.newPage();
  try {
    return await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = image.width;
      canvas.height = Math.min(image.height, 3000);
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const colors = new Set(new Uint32Array(data.buffer)).size;
      return { colors, corner: (data[0]! + data[1]! + data[2]!) / 3 };
    }, png.toString("base64"));
  } finally {
    await page.close();
  }
}

/** Serves one document on a port of this machine; other paths are kept, and answered with 404. */
export async function serveDocument(html: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url !== "/report.html") {
      asked.push(request.url ?? "");
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/report.html`,
    origin,
    asked: asked as readonly string[],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
