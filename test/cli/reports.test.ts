import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recorded } from "../http/furniture.ts";
import { setStage, type Stage } from "../http/stage.ts";
import { createActions, type Screen, type } from "./terminal.ts";

describe("report", () => {
  let stage: Stage;
  let directory: string;
  let run: (...args: readonly string[]) => Promise<Screen>;
  beforeAll(async () => {
    stage = await setStage();
    stage.store.shelves.cases.push(recorded("one", "2025-11-03"), recorded("last", "2026-03-01"));
    await stage.app.listen({ host: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${(stage.app.server.address() as AddressInfo).port}`;
    const token = await stage.token("viewer");
    run = (...args) => type(createActions(url, token).actions, args);
    directory = mkdtempSync(join(tmpdir(), "zhian-report-"));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await stage.app.close();
  });

  test("a page is printed, Chinese unless told otherwise", async () => {
    const { code, out } = await run("report", "estate", "a", "--month", "2026-01");
    expect(code).toBe(0);
    expect(out).toMatch(/^<!doctype html>\n<html lang="zh-CN">/u);
    expect((await run("report", "district", "--month", "2026-01", "--lang", "en")).out).toContain(
      "Monthly bulletin of the district",
    );
  });

  test("options of every command are no part of the question", async () => {
    const { code, out } = await run("report", "estate", "a", "--month", "2026-01", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatch(/^<!doctype html>/u);
  });

  test("a file keeps its byte-order mark", async () => {
    const file = join(directory, "a.csv");
    const args = ["--month", "2026-01", "--format", "csv", "--out", file];
    const { code, out, err } = await run("report", "estate", "a", ...args);
    expect([code, out, err]).toEqual([0, "", `written to ${file}`]);
    const bytes = readFileSync(file);
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString()).toContain("a,幸福里,month,2025-11-01,2025-12-01,");
  });

  test("a month that is not over, an unknown estate, a folder that is not there", async () => {
    const unfinished = await run("report", "estate", "a", "--month", "2026-03");
    expect(unfinished).toMatchObject({ code: 1, err: expect.stringContaining("query.month") });
    expect((await run("report", "estate", "none", "--month", "2026-01")).code).toBe(1);
    const lost = await run("report", "district", "--month", "2026-01", "--out", join(directory, "no/a.html"));
    expect(lost).toMatchObject({ code: 1, err: expect.stringContaining("cannot write") });
    expect((await run("report", "estate", "a", "--month", "202601")).code).toBe(2);
  });
});

describe("without a hub", () => {
  const run = (...args: readonly string[]): Promise<Screen> => type(createActions().actions, args);

  test.each([["-61.11"], ["61.11 %"], ["−61.11%"]])(
    "claim-check %s: 18 to 7 and its multiples",
    async (printed) => {
      const { code, out } = await run("claim-check", printed);
      expect(code).toBe(0);
      expect(out.split("\n").slice(0, 3).join("\n")).toMatch(
        /^16 pairs .*\nBEFORE +AFTER +P +RATE RATIO\n18 +7 +0\.043 +0\.137 to 0\.976$/u,
      );
    },
  );

  test("a claim that no counts can yield, and one that is none", async () => {
    expect((await run("claim-check", "-61.11", "--max-before", "17")).out).toMatch(/^0 pairs .* so\./u);
    expect((await run("claim-check", "a lot")).code).toBe(2);
    expect(await run("claim-check", "120")).toMatchObject({
      code: 1,
      err: expect.stringContaining("percentDecrease"),
    });
  });

  test("plan tells months, estates, and what the usual year can show", async () => {
    const { code, out } = await run("plan", "--households", "1000", "--rate", "18");
    expect(code).toBe(0);
    expect(out).toMatch(/at one estate, after \d+ months before/u);
    expect(out).toMatch(/at \d+ such estates: about \d+ cases before/u);
    expect(out).toMatch(/One estate and twelve months: about 18 cases before and 13 after, chance \d+ %\./u);
    const quiet = await run("plan", "--households", "100", "--rate", "1", "--phi", "2");
    expect(quiet.out).toContain("not within ten years");
    const json = await run("plan", "--households", "1000", "--rate", "18", "--json");
    expect(JSON.parse(json.out)).toMatchObject({ usual: { months: 12, estates: 1 } });
    expect((await run("plan", "--households", "1000", "--rate", "0")).code).toBe(2);
  });
});
