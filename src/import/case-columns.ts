import type { CaseUnit } from "../domain/recorded-case.ts";
import type { Aliases } from "./columns.ts";

/** What is read from a file of recorded cases; nothing else is looked at. */
export type CaseField = "id" | "estate" | "estateName" | "occurredAt" | "type" | "source" | "unit";

/** Headers of case files, as police and property systems write them. */
export const CASE_COLUMNS: Aliases<CaseField> = {
  id: [
    "案件编号",
    "案件号",
    "立案编号",
    "警情编号",
    "警情号",
    "接警编号",
    "接警单编号",
    "接处警编号",
    "编号",
    "case_id",
    "case_no",
    "case_number",
    "call_id",
    "number",
  ],
  estate: ["小区编号", "小区代码", "小区id", "estate_id", "estate_code"],
  estateName: ["小区名称", "小区名", "小区", "estate_name"],
  occurredAt: [
    "发生时间",
    "发案时间",
    "案发时间",
    "事发时间",
    "发生日期",
    "发案日期",
    "occurred_at",
    "occurred",
    "occurrence_time",
    "incident_time",
  ],
  type: [
    "类型",
    "案由",
    "案件类型",
    "案件类别",
    "警情类型",
    "警情类别",
    "case_type",
    "call_type",
    "category",
    "offence",
  ],
  source: ["来源", "数据来源", "来源系统", "source_system", "system"],
  unit: ["记录类型", "统计单位", "统计口径", "case_unit", "record_type"],
};

/** Words for the unit in a column of its own; in plain form. */
export const UNIT_WORDS: ReadonlyMap<string, CaseUnit> = new Map([
  ["call", "call"],
  ["警情", "call"],
  ["接警", "call"],
  ["报警", "call"],
  ["case", "case"],
  ["案件", "case"],
  ["立案", "case"],
]);
