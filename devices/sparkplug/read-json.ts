import { parseJson, isFields, type Fields } from "../../src/device-kit/index.ts";
import { MOST_METRICS, type Metric, type MetricValue, type Payload } from "./payload.ts";

/** Reads the JSON form in which decoders write a Sparkplug payload; undefined when the text is none. */
export function readJson(source: string): Payload | undefined {
  const parsed = parseJson(source);
  if (parsed.fault !== undefined || !isFields(parsed.body)) return undefined;
  const { timestamp, metrics, uuid } = parsed.body;
  if (metrics !== undefined && !Array.isArray(metrics)) return undefined;
  const list: readonly unknown[] = metrics ?? [];
  if (list.length > MOST_METRICS || !list.every(isFields)) return undefined;
  const at = numberOf(timestamp);
  return {
    metrics: list.map(metricOf),
    ...(at !== undefined && { timestamp: at }),
    ...(typeof uuid === "string" && { uuid }),
  };
}

function metricOf({ name, alias, timestamp, value, isNull, isHistorical, ...fields }: Fields): Metric {
  const known = isNull === true || fields["is_null"] === true ? undefined : valueOf(value);
  const stands = digitsOf(alias);
  const at = numberOf(timestamp);
  return {
    historical: isHistorical === true || fields["is_historical"] === true,
    ...(typeof name === "string" && name !== "" && { name }),
    ...(stands !== undefined && { alias: stands }),
    ...(at !== undefined && { timestamp: at }),
    ...(known !== undefined && { value: known }),
  };
}

function valueOf(value: unknown): MetricValue | undefined {
  if (typeof value === "boolean" || typeof value === "string" || typeof value === "number") return value;
  return numberOf(value);
}

/** A number, also where a library wrote 64 bits as text or as two halves. */
function numberOf(value: unknown): number | undefined {
  const digits = digitsOf(value);
  return digits === undefined ? undefined : Number(digits);
}

function digitsOf(value: unknown): string | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : undefined;
  if (typeof value === "string") return /^-?\d{1,20}$/.test(value) ? String(BigInt(value)) : undefined;
  if (!isFields(value)) return undefined;
  const { low, high } = value;
  if (!Number.isInteger(low) || !Number.isInteger(high)) return undefined;
  return String((BigInt.asUintN(32, BigInt(Number(high))) << 32n) | BigInt.asUintN(32, BigInt(Number(low))));
}
