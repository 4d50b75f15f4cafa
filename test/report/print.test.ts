import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recorded } from "../http/furniture.ts";
import { bearer, setStage, type Stage } from "../http/stage.ts";
import { worstBulletins, WORST_ESTATE, WORST_QUESTION } from "./worst-case.ts";
import { clashes, hasBrowser, launchBrowser, pagesIn, visit } from "./browser.ts";

test.runIf(process.env["CI"])("a browser is installed where a skip is a failure", () => {
  expect(hasBrowser).toBe(true);
});

const TYPES = ["theft.ebike", "theft.property", "theft.vehicle", "intrusion.burglary", "access.forced_open"];
const ESTATES = 40;

describe.skipIf(!hasBrowser)("bulletins in a real browser", () => {
  let stage: Stage;
  let browser: Browser;
  let base: string;
  let headers: { authorization: string };

  beforeAll(async () => {
    stage = await setStage({}, { rateLimit: 1_000 });
    headers = bearer(await stage.token("viewer"));
    furnishDistrict(stage);
    await stage.app.listen({ host: "127.0.0.1", port: 0 });
    base = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}/v1/reports`;
    browser = await launchBrowser();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await stage.app.close();
  });

  test.each([
    ["estate/a?month=2026-01&lang=zh", 4],
    ["estate/a?month=2026-01&lang=en", 4],
    // 42 estates: three pages of figures, two of estates, three of comparisons, one of caveats
    ["district?month=2026-02&lang=zh", 9],
    ["district?month=2026-02&lang=en", 9],
  ])(
    "%s: %d pages, nothing asked for, nothing complained of, nothing overlaps",
    async (path, pages) => {
      const url = `${base}/${path}`;
      const { page, requests, complaints } = await visit(browser, url, headers);
      expect(requests).toEqual([url]);
      expect(complaints).toEqual([]);
      expect(await page.locator(".page").count()).toBe(pages);
      expect(await clashes(page)).toEqual([]);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pagesIn(pdf)).toBe(pages);
      await page.close();
    },
    60_000,
  );

  test("every chart has a name, a description, and a table on its page", async () => {
    const { page } = await visit(browser, `${base}/estate/a?month=2026-01&lang=en`, headers);
    const charts = page.getByRole("img");
    expect(await charts.count()).toBe(4);
    for (const chart of await charts.all()) {
      const id = (await chart.getAttribute("aria-labelledby"))?.split(" ") ?? [];
      for (const each of id) expect(await page.locator(`#${each}`).textContent()).not.toBe("");
      expect(await chart.locator("xpath=ancestor::section").locator("table").count()).toBeGreaterThan(0);
    }
    await page.close();
  }, 60_000);

  test.each(["zh", "en"] as const)(
    "the longest names and the greatest numbers fit their pages: %s",
    async (lang) => {
      const bulletins = worstBulletins();
      const question = { ...WORST_QUESTION, lang };
      const page = await browser.newPage({ viewport: { width: 800, height: 1_100 } });
      for (const { text } of [
        await bulletins.estate(WORST_ESTATE, question),
        await bulletins.district(undefined, question),
      ]) {
        await page.setContent(text);
        expect(await clashes(page)).toEqual([]);
        expect(pagesIn(await page.pdf({ preferCSSPageSize: true }))).toBe(
          await page.locator(".page").count(),
        );
      }
      await page.close();
    },
    60_000,
  );

  test("control: a script, a picture from elsewhere and two texts in one place are found", async () => {
    const { body } = await stage.app.inject({ url: "/v1/reports/estate/a?month=2026-01&lang=en", headers });
    const planted = body.replace(
      "<main>",
      `<main><script>document.title = "ran"</script><img src="http://127.0.0.1:9/x.png" alt=""><svg class="chart" viewBox="0 0 680 60"><text x="10" y="20">first text</text><text x="20" y="22">second text</text></svg>`,
    );
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.setContent(planted);
    expect(complaints.join("\n")).toMatch(/script-src|default-src/u);
    expect(complaints.join("\n")).toMatch(/img-src|default-src/u);
    expect(await page.title()).not.toBe("ran");
    expect(await clashes(page)).toContain("overlap: first text | second text");
    await page.close();
  }, 60_000);
});

/** Two years of cases in estate a and in forty more, some quiet, some with a long name. */
function furnishDistrict({ store: { shelves } }: Stage): void {
  shelves.cases.length = 0;
  const estate = shelves.estates.get("a");
  if (!estate) throw new Error("the stage has an estate a");
  shelves.estates.set("a", { ...estate, name: "幸福里（东区）老旧住宅小区" });
  for (let i = 0; i < ESTATES; i++) {
    const id = `e${i}`;
    const name = i % 7 === 0 ? `Long Name Residential Estate North Number ${i}` : `桃溪新村 ${i} 区`;
    shelves.estates.set(id, { ...estate, id, name, households: 400 + 37 * i });
  }
  const start = Date.parse("2023-11-01");
  for (let day = 0; day < 850; day++) {
    const date = new Date(start + day * 86_400_000).toISOString().slice(0, 10);
    const busy = day % 3 === 0 || (day < 400 && day % 4 === 1);
    const at = Date.parse(`${date}T00:00:00Z`) + ((day * 7) % 24) * 3_600_000 + 300_000;
    if (busy) shelves.cases.push(recorded(`a-${day}`, date, { type: TYPES[day % 5] ?? "", occurredAt: at }));
    for (const each of [day % 40, (day * 7) % 13]) {
      shelves.cases.push(recorded(`${each}-${day}`, date, { estateId: `e${each}`, occurredAt: at }));
    }
  }
}
