import type { Caveat, RecordedSpan, Simulation, Span } from "../domain/rates.ts";
import type { RateStatistics } from "../ports.ts";
import { addDays, daysOf } from "./calendar.ts";

/** Days at either end of a window that may be without a record before that is worth a word. */
const TOLERATED_DAYS = 31;

/** What the data behind a count leave open, in a fixed order: no records, simulated records. */
export const dataCaveats: RateStatistics["dataCaveats"] = ({ spans, counted, simulated, records }) => {
  // With nothing counted, the zero is as real as the records it was looked for in.
  const basis = counted === 0 && records ? records : { cases: counted, simulated };
  const simulation = simulationOf(basis.cases, basis.simulated);
  return {
    simulated: simulation,
    caveats: [
      ...(records === undefined ? [] : recordCaveats(spans, records)),
      ...simulationCaveats(simulation, counted, simulated),
    ],
  };
};

/** True when at least one day of the window lies between the first record and the last. */
export const isRecorded = (window: Span, records: RecordedSpan | null): boolean =>
  records !== null && window.from <= records.last && records.first < window.to;

const simulationOf = (counted: number, simulated: number): Simulation =>
  simulated === 0 ? "none" : simulated === counted ? "all" : "mixed";

const recordCaveats = (spans: readonly Span[], records: RecordedSpan | null): readonly Caveat[] => {
  if (records === null) return [NO_RECORDS];
  const from = spans[0]?.from ?? records.first;
  const to = spans.at(-1)?.to ?? records.last;
  return [...noneBefore(from, records), ...noneAfter(to, records)];
};

const NO_RECORDS: Caveat = {
  code: "NO_RECORDS",
  severity: "blocking",
  zh: "此类记录从未导入：没有记录不等于没有发生。",
  en: "No record of this unit was ever imported: no records are not the same as no cases.",
};

const noneBefore = (from: string, { first }: RecordedSpan): readonly Caveat[] => {
  const missingDays = daysOf({ from, to: first });
  if (missingDays <= TOLERATED_DAYS) return [];
  return [
    {
      code: "NO_RECORDS_BEFORE",
      severity: "blocking",
      zh: `统计从 ${from} 开始，而最早的记录是 ${first}：此前 ${missingDays} 天没有记录，不等于没有发生。`,
      en: `The count begins on ${from}, the records on ${first}: ${missingDays} days before that without records are not days without cases.`,
      evidence: { first, from, missingDays },
    },
  ];
};

const noneAfter = (to: string, { last }: RecordedSpan): readonly Caveat[] => {
  const missingDays = daysOf({ from: addDays(last, 1), to });
  if (missingDays <= TOLERATED_DAYS) return [];
  return [
    {
      code: "NO_RECORDS_AFTER",
      severity: "blocking",
      zh: `最后一条记录是 ${last}，而统计到 ${to} 为止：此后 ${missingDays} 天没有记录，不等于没有发生。`,
      en: `The records end on ${last}, the count on ${to}: ${missingDays} days after that without records are not days without cases.`,
      evidence: { last, to, missingDays },
    },
  ];
};

const simulationCaveats = (simulation: Simulation, counted: number, simulated: number): readonly Caveat[] => {
  if (simulation === "none") return [];
  const evidence = { counted, simulated };
  if (simulation === "all") {
    return [
      {
        code: "SIMULATED_DATA",
        severity: "info",
        zh: "所计数据全部为模拟数据，结果只供演示。",
        en: "All that was counted is simulated; the result is for demonstration only.",
        evidence,
      },
    ];
  }
  return [
    {
      code: "SIMULATED_DATA",
      severity: "blocking",
      zh: `真实数据中混有模拟数据（所计 ${counted} 起中有 ${simulated} 起为模拟），结果不可用。`,
      en: `Simulated data are mixed with real ones (${simulated} of the ${counted} counted are simulated); the result is of no use.`,
      evidence,
    },
  ];
};
