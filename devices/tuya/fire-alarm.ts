/** A fire-fighting device's event, which Tuya spreads over several data points. */
export interface FireAlarm {
  readonly id: string;
  /** What kind of reading is out of bounds, or what the text says. */
  readonly word: string;
  readonly position: "on" | "off";
  readonly limit?: "upper" | "lower";
  readonly reading?: number;
  readonly unit?: string;
  readonly type?: string;
  /** When it happened; the data points' own times say when it was reported. */
  readonly time: unknown;
}

/** What is wrong, told by the unit of the reading where the text names no fire. */
export const FIRE_EVENTS: Readonly<Record<string, string>> = Object.freeze({
  fire: "fire.alarm",
  MPa: "fire.water_pressure",
  kPa: "fire.water_pressure",
  Pa: "fire.water_pressure",
  bar: "fire.water_pressure",
  m: "fire.water_pressure",
  cm: "fire.water_pressure",
  mA: "fire.electrical",
  A: "fire.electrical",
  V: "fire.electrical",
  "℃": "facility.high_temperature",
  "°C": "facility.high_temperature",
});

/** The vendor multiplies readings by this, so that they are whole numbers. */
const SCALE = 10_000;
/** The texts are in the language of the project. */
const OVER = /恢复|解除|正常|recover|restor|normal|clear/i;
const BEGUN = /报警|告警|火警|alarm|fire/i;
const UPPER = /上限|upper/i;
const LOWER = /下限|lower/i;
const FIRE = /火|fire/i;

/** Puts the data points of a fire event together; undefined when its text says neither that it began nor ended. */
export function fireAlarmOf(points: ReadonlyMap<unknown, unknown>): FireAlarm | undefined {
  const id = textOf(points.get("alarm_trace_id"));
  const content = textOf(points.get("alarm_event_content"));
  const begun = OVER.test(content) ? false : BEGUN.test(content) ? true : undefined;
  if (id === "" || begun === undefined) return undefined;
  const unit = textOf(points.get("alarm_unit"));
  const type = textOf(points.get("fire_alarm_type"));
  const reading = points.get("alarm_value");
  const limit = UPPER.test(content) ? "upper" : LOWER.test(content) ? "lower" : undefined;
  return {
    id,
    word: limit === undefined && FIRE.test(content) ? "fire" : unit,
    position: begun ? "on" : "off",
    time: points.get("alarm_trace_time"),
    ...(limit && { limit }),
    ...(typeof reading === "number" && { reading: reading / SCALE }),
    ...(unit !== "" && { unit }),
    ...(type !== "" && { type }),
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, 200) : "");
