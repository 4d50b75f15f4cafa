import type { Json, ProfileInput } from "../../src/device-kit/index.ts";
import type { Metric } from "./payload.ts";

/** What the last birth of a node or a device said. Kept as JSON under `<group>/<node>[/<device>]`. */
export interface Session {
  /** `bdSeq` of the node's birth; its death must name the same. */
  readonly bdSeq?: string;
  /** Tells one birth of the node from another; a device's names hold only for the birth they followed. */
  readonly born?: string;
  /** Names by alias, where aliases are used. */
  readonly names: Readonly<Record<string, string>>;
}

/** Characters of the names of one node or device. */
const LONGEST = 100_000;

/** What is remembered under a key; undefined when nothing. */
export function sessionOf(input: ProfileInput, key: string): Session | undefined {
  const taught = input.recall(key);
  if (!isTable(taught)) return undefined;
  const { bdSeq, born, names } = taught;
  return {
    ...(typeof bdSeq === "string" && { bdSeq }),
    ...(typeof born === "string" && { born }),
    names: isTable(names) ? (names as Session["names"]) : {},
  };
}

/** The names a birth gives to aliases; undefined when they are more than can be remembered. */
export function namesIn(metrics: readonly Metric[]): Session["names"] | undefined {
  const names = Object.fromEntries(
    metrics.flatMap(({ alias, name }) => (alias === undefined || name === undefined ? [] : [[alias, name]])),
  );
  return JSON.stringify(names).length > LONGEST ? undefined : names;
}

/** The value of the metric `bdSeq` as decimal digits, whatever number or text it came as. */
export function bdSeqIn(metrics: readonly Metric[]): string | undefined {
  const value = metrics.find(({ name }) => name === "bdSeq")?.value;
  if (typeof value === "number") return String(value);
  return typeof value === "string" && /^\d{1,20}$/.test(value) ? String(BigInt(value)) : undefined;
}

function isTable(value: unknown): value is { readonly [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
