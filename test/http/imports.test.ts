import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bearer, setStage, type Stage } from "./stage.ts";

let stage: Stage;
let admin: { authorization: string };
beforeEach(async () => {
  stage = await setStage();
  admin = bearer(await stage.token("admin"));
});
afterEach(() => stage.app.close());

async function send(url: string, payload: string | Buffer | object, type?: string) {
  const headers = { ...admin, ...(type !== undefined && { "content-type": type }) };
  return stage.app.inject({ method: "POST", url, headers, payload });
}

describe("cases", () => {
  test("the bytes of the file and the caller's wishes reach the importer", async () => {
    const bytes = Buffer.from([0xb0, 0xb8, 0x2c, 0x31]);
    const url = "/v1/cases/import?unit=call&estateId=a&source=110&skipRefused=true&simulated=true";
    const answer = await send(url, bytes, "text/csv; charset=GBK");
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ stored: true, inserted: 2, refused: [], unknownTypes: [] });
    const [call] = stage.seen.cases;
    expect(Buffer.from(call?.bytes ?? [])).toEqual(bytes);
    expect(call?.request).toEqual({
      scope: undefined,
      unit: "call",
      estateId: "a",
      source: "110",
      skipRefused: true,
      simulated: true,
      dryRun: false,
      encoding: "gb18030",
    });
  });

  test("the encoding is left to the importer when nobody names it, and the query goes before the header", async () => {
    await send("/v1/cases/import", "a,b\n", "text/csv");
    await send("/v1/cases/import?encoding=utf-8", "a,b\n", "text/csv; charset=gb2312");
    expect(stage.seen.cases.map(({ request }) => request.encoding)).toEqual([undefined, "utf-8"]);
  });

  test("as JSON a type mapping comes along", async () => {
    const answer = await send("/v1/cases/import?unit=case", {
      csv: "编号\n1\n",
      mapping: "盗窃: theft.property",
    });
    expect(answer.statusCode).toBe(200);
    const [call] = stage.seen.cases;
    expect(Buffer.from(call?.bytes ?? []).toString()).toBe("编号\n1\n");
    expect(call?.request).toMatchObject({ mapping: "盗窃: theft.property", encoding: "utf-8", unit: "case" });
  });

  test("refused rows refuse the file, each with line, field and reason", async () => {
    stage.seen.outcome = {
      ...stage.seen.outcome,
      stored: false,
      inserted: 0,
      accepted: 1,
      refusedRows: 1,
      refused: [
        { line: 3, field: "案发时间", reason: "is not a time" },
        { line: 3, field: "estate", reason: "there is no estate x" },
      ],
      unknownTypes: [{ type: "其他", line: 2, rows: 4 }],
    };
    const answer = await send("/v1/cases/import", "a\nb\nc\n", "text/csv");
    expect(answer.statusCode).toBe(422);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(answer.json()).toMatchObject({
      code: "IMPORT_REFUSED",
      detail: "1 of 2 rows were refused; nothing was stored",
      faults: [
        { field: "line 3, 案发时间", reason: "is not a time" },
        { field: "line 3, estate", reason: "there is no estate x" },
      ],
      report: { stored: false, rows: 2, unknownTypes: [{ type: "其他", line: 2, rows: 4 }] },
    });
    const dry = await send("/v1/cases/import?dryRun=true", "a\nb\nc\n", "text/csv");
    expect(dry.statusCode).toBe(200);
    expect(dry.json()).toMatchObject({ stored: false, refused: [{ line: 3 }, { line: 3 }] });
  });

  test.each([
    ["no body", "/v1/cases/import", "", "text/csv", 400, "VALIDATION"],
    ["an unknown charset", "/v1/cases/import", "a", "text/csv; charset=big5", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["a picture", "/v1/cases/import", "a", "image/png", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["an unknown unit", "/v1/cases/import?unit=both", "a", "text/csv", 400, "VALIDATION"],
    ["an unknown wish", "/v1/cases/import?skipAll=true", "a", "text/csv", 400, "VALIDATION"],
    ["JSON without the file", "/v1/cases/import", "{}", "application/json", 400, "VALIDATION"],
    ["too much", "/v1/cases/import", "x".repeat(300_000), "text/csv", 413, "PAYLOAD_TOO_LARGE"],
  ])("%s is refused and the importer not asked", async (_what, url, payload, type, status, code) => {
    const answer = await send(url, payload, type);
    expect(answer.json()).toMatchObject({ status, code });
    expect(stage.seen.cases).toEqual([]);
  });
});

describe("registry", () => {
  test("CSV of one kind; the hot path learns of it", async () => {
    const answer = await send("/v1/registry/import?format=csv&kind=device", "id\n1\n", "text/csv");
    expect(answer.json()).toMatchObject({ stored: true, inserted: 2 });
    expect(stage.seen.registry[0]?.request).toMatchObject({
      format: "csv",
      kind: "device",
      skipRefused: false,
    });
    expect(stage.seen.registryChanges).toBe(1);
  });

  test("YAML with sections", async () => {
    const answer = await send("/v1/registry/import?format=yaml", "estates: []\n", "application/yaml");
    expect(answer.statusCode).toBe(200);
    expect(stage.seen.registry[0]?.request.kind).toBeUndefined();
  });

  test.each([
    ["CSV without kind", "?format=csv", "query.kind"],
    ["no format", "", "query.format"],
    ["an unknown kind", "?format=csv&kind=house", "query.kind"],
  ])("%s is refused", async (_what, query, field) => {
    const answer = await send(`/v1/registry/import${query}`, "id\n", "text/csv");
    expect(answer.json()).toMatchObject({ status: 400, faults: [{ field }] });
    expect(stage.seen.registry).toEqual([]);
  });

  test("a refused file changes nothing and is told as a problem", async () => {
    stage.seen.outcome = {
      ...stage.seen.outcome,
      stored: false,
      refusedRows: 1,
      refused: [{ line: 2, field: "households", reason: "is not a number" }],
    };
    const answer = await send("/v1/registry/import?format=csv&kind=estate", "id\nx\n", "text/csv");
    expect(answer.json()).toMatchObject({ status: 422, faults: [{ field: "line 2, households" }] });
    expect(stage.seen.registryChanges).toBe(0);
  });
});
