import { existsSync, readFileSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's. Another path can be named by CHROMIUM. */
const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** False where there is no browser to test with. */
export const hasBrowser = existsSync(EXECUTABLE);

/** A browser that asks nobody for anything. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** What a page did while it was loaded. */
export interface Visit {
  readonly page: Page;
  readonly requests: readonly string[];
  /** Console messages, errors of the page and refused requests. */
  readonly complaints: readonly string[];
}

/** Opens an address, with a token; remembers what the page asks for and complains of. */
export async function visit(browser: Browser, url: string, headers: Record<string, string>): Promise<Visit> {
  const page = await browser.newPage({ extraHTTPHeaders: headers, viewport: { width: 800, height: 1_100 } });
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  await page.goto(url, { waitUntil: "load" });
  return { page, requests, complaints };
}

/** Runs in the page, so it is plain JavaScript of the browser's. */
const FIND_CLASHES = readFileSync(new URL("./find-clashes.js", import.meta.url), "utf8");

/** Texts that overlap another text, or leave the room of their page; empty when all can be read. */
export async function clashes(page: Page): Promise<readonly string[]> {
  return page.evaluate<string[]>(FIND_CLASHES);
}

/** Pages of a PDF. */
export const pagesIn = (pdf: Buffer): number =>
  pdf.toString("latin1").match(/\/Type\s*\/Page\b/gu)?.length ?? 0;
