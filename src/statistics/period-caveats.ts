import type { PeriodChange, PeriodChanges } from "../domain/period-change.ts";
import type { Caveat, RecordedSpan, Span } from "../domain/rates.ts";
import { addDays, daysOf } from "./calendar.ts";

/** Below this many cases on a side, single cases decide. */
const SMALL = 10;
/** Days at either end of a month that may be without a record before that is worth a word. */
const TOLERATED_DAYS = 7;

/** Every reason to read 同比 and 环比 with care, in a fixed order. */
export const changeCaveats = (changes: PeriodChanges): readonly Caveat[] => {
  const told = [changes.yearOnYear, changes.monthOnMonth].filter((change) => change !== null);
  return [
    ...smallCounts(told),
    ...zeroBase(told),
    ...(changes.springFestival ? [SPRING_FESTIVAL] : []),
    ...(told.length > 0 ? [NO_CAUSE] : []),
  ];
};

/**
 * What is to be said when records begin after the first week of a month, or end before its last: a month
 * that is half imported looks like a quiet one.
 */
export const partialMonth = (month: Span, records: RecordedSpan | null): readonly Caveat[] => {
  if (records === null) return [];
  const { first, last } = records;
  const missingBefore = Math.max(0, daysOf({ from: month.from, to: first }));
  const missingAfter = Math.max(0, daysOf({ from: addDays(last, 1), to: month.to }));
  if (Math.max(missingBefore, missingAfter) <= TOLERATED_DAYS) return [];
  return [
    {
      code: "PARTIAL_MONTH",
      severity: "blocking",
      zh: `本月记录可能不全：记录从 ${first} 到 ${last}，而本月为 ${month.from} 至 ${month.to}（不含）。`,
      en: `The month may not be complete: records reach from ${first} to ${last}, the month from ${month.from} to ${month.to} (not included).`,
      evidence: { first, last, missingBefore, missingAfter },
    },
  ];
};

const smallCounts = (changes: readonly PeriodChange[]): readonly Caveat[] => {
  const counts = changes.flatMap(({ current, base }) => [current.count, base.count]);
  const minCell = Math.min(...counts);
  if (counts.length === 0 || minCell >= SMALL) return [];
  return [
    {
      code: "SMALL_COUNTS",
      severity: "warning",
      zh: `至少一个月的数量少于 ${SMALL} 起（最少 ${minCell} 起）：增减一两起就会使百分比大幅变化，请看区间。`,
      en: `At least one month has fewer than ${SMALL} (the least is ${minCell}): one or two more or less move the percentage a lot; read the interval.`,
      evidence: { minCell },
    },
  ];
};

const zeroBase = (changes: readonly PeriodChange[]): readonly Caveat[] => {
  if (changes.every(({ base }) => base.count > 0)) return [];
  return [
    {
      code: "ZERO_CELL",
      severity: "warning",
      zh: "基期为 0 起，百分比没有定义，因此不给出。",
      en: "A month compared with has no case, so that no percentage exists; none is given.",
    },
  ];
};

const SPRING_FESTIVAL: Caveat = {
  code: "SPRING_FESTIVAL",
  severity: "warning",
  zh: "春节有时在 1 月、有时在 2 月：单独一个月的同比、环比不可比，请看 1—2 月合计的同比。",
  en: "The Spring Festival is in January in one year and in February in another: the change of either month alone is not comparable; read January and February together.",
};

const NO_CAUSE: Caveat = {
  code: "NO_CAUSE",
  severity: "info",
  zh: "同比、环比只比较两个时段，不能说明原因，也不能证明安装有效。",
  en: "A change between two periods gives no cause, and is no proof that an installation works.",
};
