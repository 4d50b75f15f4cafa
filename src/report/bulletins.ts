import { createHash } from "node:crypto";
import type { RecordedSpan, Simulation } from "../domain/rates.ts";
import { DEFINITION } from "../domain/taxonomy.ts";
import { DEFAULT_ZONE, type EpochMs } from "../domain/time.ts";
import { createZoneClock } from "../domain/zone.ts";
import { ZhianError } from "../errors.ts";
import type { Bulletin, BulletinQuestion, Bulletins, Clock, MonthQuestion } from "../ports.ts";
import { everyPage } from "../runtime/every-page.ts";
import { districtCsv, estateCsv } from "./bulletin-csv.ts";
import { type BulletinSources, countMonths } from "./counted-months.ts";
import { districtDocument } from "./district-document.ts";
import { districtFigures } from "./district-figures.ts";
import type { Head } from "./document.ts";
import { estateDocument } from "./estate-document.ts";
import { type EstateFigures, estateFigures } from "./estate-figures.ts";
import { changesOf, MONTHS_FOR_CHANGES } from "./month-changes.ts";
import { daysOfMonth, spanText } from "./months.ts";
import { shortened } from "./shortened.ts";
import { CONTENT_POLICY } from "./style.ts";
import { type Texts, textsOf } from "./texts.ts";

/** Characters of a list of codes in the head of a page. */
const LONGEST_LIST = 48;
/** Of an estate's name there: one line, or two of them in large letters. */
const LONGEST_NAME = 60;

/** Makes the monthly bulletins. */
export function createBulletins(sources: BulletinSources & { readonly clock: Clock }): Bulletins {
  const { clock, statistics, store } = sources;
  return {
    async changes(estate, question) {
      refuseUnfinished(estate.zone, question, clock.now(), "query.period");
      const { id: estateId } = estate;
      const records = (await store.recordedSpan({ estateId, unit: question.unit })) ?? null;
      const months = await countMonths(sources, estate, question, MONTHS_FOR_CHANGES, records);
      return changesOf(estateId, question, months, records, statistics);
    },
    async estate(estate, question) {
      const now = clock.now();
      refuseUnfinished(estate.zone, question, now, "query.month");
      const words = textsOf(question.lang);
      const figures = await estateFigures(sources, estate, question);
      const { changes } = figures;
      const head = headOf(
        `${words.estateTitle}: ${shortened(estate.name, LONGEST_NAME)}`,
        [
          [words.head.households, String(estate.households)],
          ...(estate.installedOn === undefined
            ? []
            : [[words.head.installedOn, estate.installedOn] as const]),
        ],
        {
          question,
          now,
          zone: estate.zone,
          words,
          records: changes.records,
          simulated: simulationOf(figures),
        },
      );
      return file(`${estate.id}-${question.month}`, question, {
        html: () => estateDocument(figures, head, words),
        csv: () => estateCsv(figures, head.facts, words),
      });
    },
    async district(scope, question) {
      const now = clock.now();
      const words = textsOf(question.lang);
      const estates = await everyPage((request) => store.estates(request), scope);
      const zone = estates[0]?.zone ?? DEFAULT_ZONE;
      for (const each of new Set(estates.map((estate) => estate.zone)))
        refuseUnfinished(each, question, now, "query.month");
      if (estates.length === 0) throw new ZhianError("NOT_FOUND", "there is no estate to report on");
      const figures = await districtFigures(sources, estates, scope, question);
      const { changes } = figures;
      const households = estates.reduce((sum, estate) => sum + estate.households, 0);
      const head = headOf(
        words.districtTitle,
        [
          [words.section.estates, String(estates.length)],
          [words.head.households, String(households)],
        ],
        { question, now, zone, words, records: changes.records, simulated: simulationOf(figures) },
      );
      return file(`district-${question.month}`, question, {
        html: () => districtDocument(figures, head, words),
        csv: () => districtCsv(figures, head.facts, words),
      });
    },
  };
}

/** Whether what the pages show is real; where nothing was counted, what its records are. */
function simulationOf({ months, changes }: Pick<EstateFigures, "months" | "changes">): Simulation {
  const counted = months.reduce((sum, { count }) => sum + count, 0);
  const simulated = months.reduce((sum, each) => sum + each.simulated, 0);
  if (counted === 0) return changes.simulated;
  if (simulated === 0) return "none";
  return simulated === counted ? "all" : "mixed";
}

/** A month counts once it is over where the estate is. */
function refuseUnfinished(zone: string, { month }: MonthQuestion, now: EpochMs, field: string): void {
  const { to } = daysOfMonth(month);
  const today = localDateTime(now, zone).slice(0, 10);
  if (to <= today) return;
  throw new ZhianError("NO_EXPOSURE", `the month ${month} is not over`, {
    faults: [{ field, reason: `ends before ${to}; the estate's today is ${today}` }],
  });
}

function headOf(
  title: string,
  more: Head["facts"],
  made: {
    readonly question: BulletinQuestion;
    readonly now: EpochMs;
    readonly zone: string;
    readonly words: Texts;
    readonly records: RecordedSpan | null;
    readonly simulated: Simulation;
  },
): Head {
  const { question, words, records, now, zone, simulated } = made;
  const days = daysOfMonth(question.month);
  return {
    title: `${title} · ${question.month}`,
    facts: [
      [words.head.period, spanText(days)],
      [words.head.asOf, records?.last ?? words.head.noData],
      [words.head.definition, `${words.unit[question.unit]} · ${definitionOf(question)}`],
      ...more,
      [words.head.madeAt, `${localDateTime(now, zone)} ${zone}`],
    ],
    simulated,
  };
}

/** What was counted, so that two bulletins can be seen to have counted the same. */
function definitionOf({ counted, types }: BulletinQuestion): string {
  const version = createHash("sha256").update(types.toSorted().join(",")).digest("hex").slice(0, 8);
  return `${shortened(counted, LONGEST_LIST)} (${DEFINITION}: ${types.length}, ${version})`;
}

function file(
  name: string,
  { format, lang, unit }: BulletinQuestion,
  make: Readonly<Record<"html" | "csv", () => string>>,
): Bulletin {
  return {
    contentType: `text/${format}; charset=utf-8`,
    fileName: `${name}-${unit}-${lang}.${format}`,
    text: make[format](),
    contentSecurityPolicy: `${CONTENT_POLICY}; frame-ancestors 'none'`,
  };
}

function localDateTime(at: EpochMs, zone: string): string {
  return new Date(at + createZoneClock(zone).offsetAt(at)).toISOString().slice(0, 16).replace("T", " ");
}
