import { describe, expect, test } from "vitest";
import { parseCases } from "../../src/import/cases.ts";
import { readTypeMapping } from "../../src/import/mapping-file.ts";
import { caseOptions, file } from "./case-file.ts";

const HEADER = "案件编号,小区编号,发生时间,案由";
const GOOD = "A1,xf,2024-03-01 12:30,入室盗窃";

describe("good files", () => {
  test("a row becomes a record with its line", async () => {
    const parsed = await parseCases(file(HEADER, GOOD), caseOptions({ source: "派出所" }));
    expect(parsed).toMatchObject({ rows: 1, refused: [], refusedRows: 0, encoding: "utf-8" });
    expect(parsed.cases).toEqual([
      {
        line: 2,
        value: {
          id: "A1",
          source: "派出所",
          estateId: "xf",
          unit: "case",
          type: "intrusion.burglary",
          sourceType: "入室盗窃",
          occurredAt: Date.UTC(2024, 2, 1, 4, 30),
          simulated: false,
        },
      },
    ]);
  });

  test.each([
    ["案件编号,小区编号,发生时间,案由,来源", "zh"],
    ["警情编号,小区代码,发案时间,警情类型,数据来源", "zh, calls"],
    ["case_id,estate,occurred_at,type,source", "en"],
    ["Case No,Estate ID,Occurred,Category,Source System", "en, spoken"],
    ['\ufeff"ID", ESTATE ,OccurredAt,TYPE,SOURCE', "byte order mark, quotes, spaces, case"],
  ])("header %s", async (header) => {
    const { cases, refused } = await parseCases(file(header, `${GOOD},110`), caseOptions());
    expect(refused).toEqual([]);
    expect(cases[0]?.value).toMatchObject({ id: "A1", estateId: "xf", source: "110" });
  });

  test("GB18030, semicolons, tabs, every line ending, blank rows and trailing separators", async () => {
    // 案件编号,小区编号,发生时间,案由 / A1,xf,2024-03-01 12:30,入室盗窃 in GB18030.
    const gb = Buffer.from(
      "b0b8bcfeb1e0bac52cd0a1c7f8b1e0bac52cb7a2c9facab1bce42cb0b8d3c90d0a41312c78662c323032342d30332d30312031323a33302cc8ebcad2b5c1c7d40d0a",
      "hex",
    );
    const files = [
      gb,
      file(HEADER.replaceAll(",", ";"), GOOD.replaceAll(",", ";")),
      file(HEADER.replaceAll(",", "\t"), GOOD.replaceAll(",", "\t")),
      Buffer.from(`${HEADER}\r${GOOD}`),
      Buffer.from(`${HEADER},,\r\n\r\n${GOOD},,\r\n,,,,,\r\n`),
    ];
    for (const bytes of files) {
      const { cases, refused } = await parseCases(bytes, caseOptions());
      expect(refused).toEqual([]);
      expect(cases.map(({ value }) => value.sourceType)).toEqual(["入室盗窃"]);
    }
  });

  test("the estate by its name, by the column before the option, by the option for a blank cell", async () => {
    const named = await parseCases(
      file("编号,小区,发生时间,类型", "1,幸福里,2024-03-01,噪声扰民"),
      caseOptions(),
    );
    expect(named.cases[0]?.value.estateId).toBe("xf");
    const option = await parseCases(
      file(HEADER, "1,hp-1,2024-03-01,噪声扰民", "2,,2024-03-01,噪声扰民"),
      caseOptions({ estateId: "xf" }),
    );
    expect(option.cases.map(({ value }) => value.estateId)).toEqual(["hp-1", "xf"]);
    const none = await parseCases(
      file("编号,发生时间,类型", "1,2024-03-01,噪声扰民"),
      caseOptions({ estateId: "xf" }),
    );
    expect(none.cases[0]?.value.estateId).toBe("xf");
  });

  test("the unit from a column or for the whole file", async () => {
    const lines = [
      "编号,小区编号,发生时间,类型,记录类型",
      "1,xf,2024-03-01,盗窃,警情",
      "2,xf,2024-03-01,盗窃,案件",
    ];
    const { unit: _none, ...unsaid } = caseOptions();
    const { cases } = await parseCases(file(...lines), unsaid);
    expect(cases.map(({ value }) => value.unit)).toEqual(["call", "case"]);
    const call = await parseCases(file(HEADER, GOOD), caseOptions({ unit: "call" }));
    expect(call.cases[0]?.value.unit).toBe("call");
  });

  test("each estate's own zone reads its times; days without hours are counted", async () => {
    const { cases, dateOnly } = await parseCases(
      file(HEADER, "1,xf,2024-07-01 12:00,盗窃", "2,ber,2024-07-01 12:00,盗窃", "3,ber,2024-07-01,盗窃"),
      caseOptions({ simulated: true }),
    );
    expect(cases.map(({ value }) => new Date(value.occurredAt).getUTCHours())).toEqual([4, 10, 10]);
    expect(cases.every(({ value }) => value.simulated)).toBe(true);
    expect(dateOnly).toBe(1);
  });

  test("codes of the taxonomy are types of their own", async () => {
    const { cases } = await parseCases(file(HEADER, "1,xf,2024-07-01,theft.ebike"), caseOptions());
    expect(cases[0]?.value.type).toBe("theft.ebike");
  });
});

describe("refused rows", () => {
  /** The refusals of one bad row, as `field: reason`. */
  const reasons = async (row: string, more = {}): Promise<readonly string[]> => {
    const { cases, refused, refusedRows } = await parseCases(file(HEADER, GOOD, row), caseOptions(more));
    expect(cases).toHaveLength(1);
    expect(refusedRows).toBe(1);
    expect(refused.every(({ line }) => line === 3)).toBe(true);
    return refused.map(({ field, reason }) => `${field}: ${reason}`);
  };

  test.each([
    [",xf,2024-03-01,盗窃", "案件编号: is empty"],
    ["A2,,2024-03-01,盗窃", "小区编号: is empty"],
    ["A2,xx,2024-03-01,盗窃", '小区编号: is not an estate of this hub: "xx"'],
    ["A2,和平苑,2024-03-01,盗窃", "小区编号: is the name of 2 estates"],
    ["A2,xf,2024-02-30,盗窃", "发生时间: is a day that does not exist"],
    ["A2,xf,2026-01-01,盗窃", "发生时间: lies in the future"],
    ["A2,xf,1950-01-01,盗窃", "发生时间: lies before 1970"],
    ["A2,xf,2024-03-01,", "案由: is empty"],
    ["A2,xf,2024-03-01,飞碟", '案由: is a type the mapping does not know: "飞碟"'],
    ["A2,xf,2024-03-01", "row: has 3 cells where the header has 4"],
    ["A2,xf,2024-03-01,盗窃,多", "row: has 5 cells where the header has 4"],
    ["3.30106E+17,xf,2024-03-01,盗窃", "案件编号: was rounded by a spreadsheet"],
    ["=1+1,xf,2024-03-01,盗窃", "案件编号: looks like a spreadsheet formula"],
    ["A2,xf,2024-03-01,@SUM(A1)", "案由: looks like a spreadsheet formula"],
    ["A\u0007,xf,2024-03-01,盗窃", "案件编号: holds characters that cannot be shown"],
    [`${"9".repeat(101)},xf,2024-03-01,盗窃`, "案件编号: is longer than 100 characters"],
    [`A2,xf,2024-03-01,${"长".repeat(2001)}`, "案由: is longer than 2000 characters"],
  ])("%s", async (row, expected) => {
    expect((await reasons(row))[0]).toContain(expected);
  });

  test("all faults of a row are told at once", async () => {
    expect(await reasons(",xx,soon,飞碟")).toHaveLength(4);
  });

  test("an id in a text formula keeps its leading zeros, wide digits become narrow", async () => {
    const { cases } = await parseCases(
      file(HEADER, '"=""0012""",xf,2024-03-01,盗窃', "００１３,xf,2024-03-01,盗窃"),
      caseOptions(),
    );
    expect(cases.map(({ value }) => value.id)).toEqual(["0012", "0013"]);
  });

  test("the same number twice is refused at both lines, in another source it is not the same", async () => {
    const { cases, refused } = await parseCases(
      file(
        `${HEADER},来源`,
        "A1,xf,2024-03-01,盗窃,甲",
        "A1,xf,2024-03-01,盗窃,乙",
        "A2,xf,2024-03-01,盗窃,甲",
        "A1,hp-1,2024-03-02,盗窃,甲",
      ),
      caseOptions(),
    );
    expect(cases.map(({ line }) => line)).toEqual([3, 4]);
    expect(refused).toEqual([
      { line: 2, field: "案件编号", reason: "has the same number as line 5" },
      { line: 5, field: "案件编号", reason: "has the same number as line 2" },
    ]);
  });

  test("an unknown type is listed once with its first line and its rows", async () => {
    const { unknownTypes, refusedRows } = await parseCases(
      file(HEADER, GOOD, "2,xf,2024-03-01,飞碟", "3,xf,2024-03-01,飞碟", "4,xf,2024-03-01,诈骗"),
      caseOptions(),
    );
    expect(unknownTypes).toEqual([
      { type: "飞碟", line: 3, rows: 2 },
      { type: "诈骗", line: 5, rows: 1 },
    ]);
    expect(refusedRows).toBe(3);
  });

  test("types that the mapping ignores are left out and counted, never refused", async () => {
    const mapping = readTypeMapping("types: { 咨询: ignore }");
    const parsed = await parseCases(
      file(HEADER, GOOD, ",xx,,咨询", "3,xf,2024-03-01,咨询"),
      caseOptions({ mapping }),
    );
    expect(parsed).toMatchObject({ refused: [], leftOut: [{ type: "咨询", line: 3, rows: 2 }] });
    expect(parsed.cases).toHaveLength(1);
  });

  test("a row after a quoted cell of several lines is named by its own line", async () => {
    const { refused } = await parseCases(
      file(`${HEADER},备注`, 'A1,xf,2024-03-01,盗窃,"一\n二\n三"', "A2,xf,2024-02-30,盗窃,"),
      caseOptions(),
    );
    expect(refused.map(({ line }) => line)).toEqual([5]);
  });
});

describe("refused files", () => {
  const refusal = async (bytes: Uint8Array, more = {}) => {
    const parsed = await parseCases(bytes, caseOptions(more));
    expect(parsed.cases).toEqual([]);
    expect(parsed.refused.length).toBeGreaterThan(0);
    return parsed.refused;
  };

  test("missing columns, all at once, with the names that would do", async () => {
    const { unit: _none, ...unsaid } = caseOptions();
    const { refused } = await parseCases(file("foo,bar", "1,2"), unsaid);
    expect(refused.map(({ field }) => field)).toEqual(["id", "estate", "occurredAt", "type", "unit"]);
    expect(refused[0]?.reason).toContain("案件编号");
    expect(refused[4]?.reason).toContain("call or case");
  });

  test("two columns for one field", async () => {
    expect(await refusal(file(`${HEADER},类型`, `${GOOD},盗窃`))).toEqual([
      { line: 1, field: "类型", reason: expect.stringContaining("same as the column 案由") },
    ]);
  });

  test.each([
    ["", "empty"],
    ["\n\n", "empty"],
    [HEADER, "header and no rows"],
    [`${HEADER}\n"A1,xf\n`, "never closed"],
    [`${HEADER}\nA"1,xf,2024-03-01,盗窃\n`, "quotation mark"],
  ])("%j", async (text, reason) => {
    expect((await refusal(Buffer.from(text)))[0]?.reason).toContain(reason);
  });

  test("an unclosed quotation mark is named by the line where it opens, and no row before it is kept", async () => {
    const faults = await refusal(file(HEADER, GOOD, '"A2,xf,2024-03-01,盗窃', "A3,xf,2024-03-01,盗窃"));
    expect(faults).toEqual([{ line: 3, field: "file", reason: expect.stringContaining("never closed") }]);
  });

  test("files beyond the limits", async () => {
    const limits = { bytes: 1000, rows: 2, columns: 6, cell: 50 };
    const rows = ["1,xf,2024-03-01,盗窃", "2,xf,2024-03-01,盗窃", "3,xf,2024-03-01,盗窃"];
    expect((await refusal(file(HEADER, ...rows), { limits }))[0]?.reason).toContain("more than 2 rows");
    expect((await refusal(file(`${HEADER},a,b,c`, rows[0] ?? ""), { limits }))[0]?.reason).toContain(
      "6 columns",
    );
    expect((await refusal(Buffer.alloc(1001, 65), { limits }))[0]?.reason).toContain("1000 bytes");
    const wide = file(HEADER, `1,xf,2024-03-01,${"x".repeat(400)}`);
    expect((await refusal(wide, { limits }))[0]?.reason).toContain("too long");
  });
});

test("personal columns are named and never read", async () => {
  const parsed = await parseCases(
    file(
      `报警人姓名,联系电话,身份证号码,家庭住址,${HEADER},简要案情,天气`,
      `张三丰,13912345678,330106194910011234,桃花巷7号,${GOOD},被盗金条,晴`,
    ),
    caseOptions(),
  );
  expect(parsed.ignoredColumns).toEqual([
    { name: "报警人姓名", personal: true },
    { name: "联系电话", personal: true },
    { name: "身份证号码", personal: true },
    { name: "家庭住址", personal: true },
    { name: "简要案情", personal: true },
    { name: "天气", personal: false },
  ]);
  expect(parsed.cases).toHaveLength(1);
  expect(JSON.stringify(parsed)).not.toMatch(/张三丰|139123|330106|桃花巷|金条/);
});
