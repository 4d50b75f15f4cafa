/**
 * Recorded police calls and cases around each estate's installation, as the CSV file that a police
 * system would export. Counts are over-dispersed Poisson with a season, and the effect of the
 * installation differs from estate to estate: most have some, several none, two got worse. The demo
 * must not show a success that was put in by hand.
 */
import { addDays, addMonths, daysBetween } from "./day.ts";
import { createRandom, type Random } from "./random.ts";
import type { SimulatedEstate, World } from "./world.ts";

/** What truly happens in a simulated estate from its commissioning on. */
interface TrueEffect {
  readonly estateId: string;
  /** Factor on the rate of preventable cases: 1 no effect, below 1 fewer, above 1 more. */
  readonly factor: number;
}

export interface RecordedCases {
  /** UTF-8 CSV with a header in Chinese; times by the estate's clock. */
  readonly csv: string;
  readonly rows: number;
  /** What was put in; for tests, never for the hub. */
  readonly effects: readonly TrueEffect[];
}

interface CaseType {
  readonly name: string;
  /** Calls per 1,000 household-years. */
  readonly rate: number;
  /** Share of calls that are filed as a case. */
  readonly filed: number;
  /** True when gates, cameras and sensors can prevent it. */
  readonly preventable: boolean;
  /** Month (0–11) of the yearly peak, and its height above the mean. */
  readonly peak: number;
  readonly swing: number;
  /** Hour of the day around which it happens, and the spread in hours. */
  readonly hour: number;
  readonly spread: number;
}

const TYPES: readonly CaseType[] = [
  { name: "入室盗窃", rate: 5, filed: 0.9, preventable: true, peak: 0, swing: 0.35, hour: 3, spread: 3 },
  {
    name: "盗窃电动自行车",
    rate: 9,
    filed: 0.75,
    preventable: true,
    peak: 6,
    swing: 0.25,
    hour: 2,
    spread: 5,
  },
  { name: "盗窃车内财物", rate: 3, filed: 0.7, preventable: true, peak: 10, swing: 0.2, hour: 2, spread: 4 },
  { name: "盗窃快递", rate: 3, filed: 0.4, preventable: true, peak: 10, swing: 0.3, hour: 15, spread: 5 },
  {
    name: "电信网络诈骗",
    rate: 10,
    filed: 0.85,
    preventable: false,
    peak: 10,
    swing: 0.1,
    hour: 15,
    spread: 5,
  },
  { name: "养老诈骗", rate: 1, filed: 0.6, preventable: false, peak: 3, swing: 0.1, hour: 10, spread: 3 },
  { name: "打架斗殴", rate: 3, filed: 0.3, preventable: false, peak: 6, swing: 0.2, hour: 21, spread: 4 },
  { name: "噪声扰民", rate: 14, filed: 0.02, preventable: false, peak: 6, swing: 0.3, hour: 22, spread: 4 },
  { name: "邻里纠纷", rate: 9, filed: 0.03, preventable: false, peak: 7, swing: 0.1, hour: 19, spread: 5 },
];

/** Shape of the monthly gamma factor on each estate's rate: counts vary about 1.2 to 2 times as much as Poisson. */
const MONTHLY_SHAPE = 8;
/** Shape of the lasting difference between estates. */
const ESTATE_SHAPE = 6;
/** Shares of the estates, in 25ths. */
const WORSE = 2 / 25;
const NO_EFFECT = 7 / 25;
const HEADER = ["编号", "记录类型", "小区编号", "小区名称", "发生时间", "类型", "来源"];
const SOURCE = "模拟数据";

/** Makes the file: 12 months before each installation, and after its commissioning 14 months or until today. */
export function recordCases(world: World): RecordedCases {
  const effects = trueEffects(world);
  const lines = world.estates.flatMap((estate) => {
    const effect = effects.find(({ estateId }) => estateId === estate.id);
    return casesOf(estate, world, effect?.factor ?? 1);
  });
  const csv = [HEADER, ...lines].map((cells) => cells.map(quoted).join(",")).join("\r\n");
  return { csv: `${csv}\r\n`, rows: lines.length, effects };
}

function trueEffects({ seed, estates }: World): readonly TrueEffect[] {
  const random = createRandom(seed, "effects");
  const worse = Math.round(estates.length * WORSE);
  const none = Math.round(estates.length * NO_EFFECT);
  return random.shuffled(estates).map(({ id: estateId }, n) => {
    if (n < worse) return { estateId, factor: 1.2 + 0.3 * random.share() };
    if (n < worse + none) return { estateId, factor: 1 };
    return { estateId, factor: 0.4 + 0.4 * random.share() };
  });
}

function casesOf(estate: SimulatedEstate, world: World, effect: number): string[][] {
  const random = createRandom(world.seed, "cases", estate.id);
  const level = random.gamma(ESTATE_SHAPE);
  const from = addMonths(estate.installedOn, -12);
  const days = daysBetween(from, minDay(addMonths(estate.commissionedOn, 14), world.today));
  const monthly = new Map<string, number>();
  const found: string[][] = [];
  for (let n = 0; n < days; n++) {
    const day = addDays(from, n);
    const factor = monthly.get(day.slice(0, 7)) ?? random.gamma(MONTHLY_SHAPE);
    monthly.set(day.slice(0, 7), factor);
    for (const type of TYPES) {
      const works = type.preventable && day >= estate.commissionedOn ? effect : 1;
      const yearly = (type.rate / 1_000) * estate.households * level * factor * works;
      const calls = random.poisson((yearly / 365.25) * season(type, day));
      for (let call = 0; call < calls; call++) found.push(...recordsOf(random, type, day));
    }
  }
  return found.map(([unit = "", time = "", type = ""], n) => {
    const number = `${unit === "警情" ? "MNJQ" : "MNAJ"}-${estate.id.slice(-2)}-${String(n + 1).padStart(5, "0")}`;
    return [number, unit, estate.id, estate.name, time, type, SOURCE];
  });
}

/** A call, and the case it was filed as, if it was. */
function recordsOf(random: Random, type: CaseType, day: string): string[][] {
  const offset = (random.share() + random.share() - 1) * type.spread;
  const minutes = Math.floor(((type.hour + offset + 24) % 24) * 60) % 1_440;
  const time = `${day} ${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
  const call = ["警情", time, type.name];
  return random.chance(type.filed) ? [call, ["案件", time, type.name]] : [call];
}

function season({ peak, swing }: CaseType, day: string): number {
  const month = Number(day.slice(5, 7)) - 1 + Number(day.slice(8)) / 31;
  return 1 + swing * Math.cos(((month - peak) / 12) * 2 * Math.PI);
}

function minDay(a: string, b: string): string {
  return a < b ? a : b;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
