import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recorded } from "./furniture.ts";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let headers: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  headers = bearer(await stage.token("viewer"));
  const { cases } = stage.store.shelves;
  cases.length = 0;
  for (let i = 0; i < 18; i++) {
    cases.push(recorded(`b${i}`, `2024-${String((i % 12) + 1).padStart(2, "0")}-11`));
  }
  for (let i = 0; i < 7; i++) cases.push(recorded(`a${i}`, `2025-0${i + 2}-11`));
  cases.push(recorded("last", "2026-03-01"), recorded("b", "2025-08-03", { estateId: "b" }));
});
afterEach(() => stage.app.close());

const ask = (url: string) => stage.app.inject({ url: `/v1/reports/${url}`, headers });

describe("reports", () => {
  test("an estate's bulletin is a page with its own policy, and no script", async () => {
    const answer = await ask("estate/a?month=2026-01&lang=en");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-disposition": 'inline; filename="a-2026-01-call-en.html"',
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
      ),
      "x-content-type-options": "nosniff",
    });
    expect(answer.body).not.toMatch(/<script|javascript:|https?:\/\/|url\(|@import|\son\w+=|style="/iu);
    for (const told of [
      "2026-01-01 – 2026-01-31",
      "Data as of",
      "2026-03-01",
      "SIMULATED DATA",
      "preventable_crime (",
      "18 → 7",
      "Page 4 of 4",
    ]) {
      expect(answer.body).toContain(told);
    }
  });

  test("Chinese is the default, and a hostile name stays text", async () => {
    const { estates } = stage.store.shelves;
    estates.set("a", { ...estates.get("a")!, name: `</title><script>alert(1)</script>"'&` });
    const { body } = await ask("estate/a?month=2026-01");
    expect(body).toContain('lang="zh-CN"');
    expect(body).toContain("小区月报: &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;");
    expect(body).not.toContain("<script");
  });

  test("CSV opens in Excel: byte-order mark, CRLF, and no formula", async () => {
    const { estates } = stage.store.shelves;
    estates.set("a", { ...estates.get("a")!, name: '=HYPERLINK("x","y")' });
    const answer = await ask("estate/a?month=2026-01&format=csv&lang=en");
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(answer.rawPayload.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const lines = answer.body.split("\r\n");
    expect(lines[0]).toContain("household_years");
    expect(answer.body).toContain(`"'=HYPERLINK(""x"",""y"")"`);
    expect(answer.body).not.toMatch(/(?:^|,)"?[=+@]/mu);
    const ratio = lines.find((line) => line.includes("rate_ratio_after_before"));
    expect(ratio).toMatch(/,7,18,,,0\.1\d+,0\.98\d+,0\.3\d+,0\.04\d+,,decrease_uncontrolled,/u);
    const months = lines.filter((line) => line.includes(",month,"));
    expect(months).toHaveLength(24);
    expect(months.at(-1)).toContain(",2026-01-01,2026-02-01,0,");
  });

  test("months without records have no count in either form", async () => {
    stage.store.shelves.cases.splice(0, 18);
    const csv = (await ask("estate/a?month=2026-01&format=csv&lang=en")).body;
    expect(csv).toContain("a,幸福里,month,2024-02-01,2024-03-01,,,,,,,,,,,no records,");
    const html = (await ask("estate/a?month=2026-01&lang=en")).body;
    expect(html).toContain("no records");
    expect(html).toContain("NO_RECORDS_BEFORE");
  });

  test("the district: both estates side by side, and only those the caller may see", async () => {
    const both = (await ask("district?month=2026-01&format=csv&lang=en")).body;
    expect(both).toMatch(/^a,幸福里,last_12_months,2025-02-01,2026-02-01,7,/mu);
    expect(both).toMatch(/^b,和平里,last_12_months,2025-02-01,2026-02-01,1,/mu);
    expect(both).toMatch(/^,,last_12_months,2025-02-01,2026-02-01,8,/mu);
    expect(both).toContain("There is no installation date");
    headers = bearer(await stage.token("viewer", ["b"]));
    const own = (await ask("district?month=2026-01&lang=en")).body;
    expect(own).toContain("和平里");
    expect(own).not.toContain("幸福里");
  });

  test.each([
    ["estate/a?month=2026-03", 422, "query.month"],
    ["district?month=2026-03", 422, "query.month"],
    ["estate/a", 400, "query.month"],
    ["estate/a?month=2026-01&lang=de", 400, "query.lang"],
    ["estate/a?month=2026-01&format=pdf", 400, "query.format"],
    ["estate/a?month=2026-01&types=no.such", 400, "query.types"],
  ])("%s is refused", async (url, status, field) => {
    expect((await ask(url)).json()).toMatchObject({ status, faults: [{ field }] });
  });

  test("a foreign estate is not found", async () => {
    headers = bearer(await stage.token("viewer", ["b"]));
    expect((await ask("estate/a?month=2026-01")).statusCode).toBe(404);
  });
});
