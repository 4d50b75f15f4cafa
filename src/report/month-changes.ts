import type { ChangeName, NoChange, PeriodAnswer, PeriodChanges } from "../domain/period-change.ts";
import type { RecordedSpan } from "../domain/rates.ts";
import type { MonthQuestion, PeriodStatistics, RateStatistics } from "../ports.ts";
import type { CountedSpan } from "./counted-months.ts";
import { daysOfMonth, monthAfter } from "./months.ts";

/** Months that 同比 and 环比 may need, up to and with the asked one. */
export const MONTHS_FOR_CHANGES = 14;

const NEEDED: Readonly<Record<ChangeName, readonly number[]>> = {
  yearOnYear: [0, -12],
  monthOnMonth: [0, -1],
  janFebYearOnYear: [0, -1, -12, -13],
};

/** 同比 and 环比 of the last of the months, from those that were recorded. */
export function changesOf(
  estateId: string,
  { month, unit, types, level }: MonthQuestion,
  months: readonly CountedSpan[],
  records: RecordedSpan | null,
  statistics: PeriodStatistics & Pick<RateStatistics, "dataCaveats">,
): PeriodAnswer {
  const given = new Map(months.map((each) => [each.month, each]));
  const usable = months
    .filter(({ recorded, householdDays }) => recorded && householdDays > 0)
    .map(({ month: name, count, householdDays }) => ({ month: name, count, exposure: householdDays }));
  const changes = statistics.periodChanges(usable, month, level);
  const compared = [0, -1, -12].flatMap((back) => given.get(monthAfter(month, back)) ?? []);
  const data = statistics.dataCaveats({
    spans: [daysOfMonth(monthAfter(month, -12)), daysOfMonth(month)],
    counted: compared.reduce((sum, { count }) => sum + count, 0),
    simulated: compared.reduce((sum, { simulated }) => sum + simulated, 0),
    records,
  });
  return {
    estateId,
    unit,
    types,
    month,
    changes,
    reasons: reasonsOf(changes, month, given),
    simulated: data.simulated,
    records,
    caveats: [
      ...data.caveats,
      ...statistics.partialMonth(daysOfMonth(month), records),
      ...statistics.changeCaveats(changes),
    ],
  };
}

function reasonsOf(
  changes: PeriodChanges,
  month: string,
  given: ReadonlyMap<string, CountedSpan>,
): PeriodAnswer["reasons"] {
  const names = Object.keys(NEEDED) as ChangeName[];
  const reason = (name: ChangeName): NoChange => {
    if (name === "janFebYearOnYear" && !month.endsWith("-02")) return "told_for_february";
    const unrecorded = NEEDED[name].some((back) => given.get(monthAfter(month, back))?.recorded !== true);
    return unrecorded ? "not_recorded" : "no_exposure";
  };
  return Object.fromEntries(
    names.filter((name) => changes[name] === null).map((name) => [name, reason(name)]),
  );
}
