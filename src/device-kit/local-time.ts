import type { EpochMs } from "../domain/time.ts";
import { civil } from "./iso-time.ts";

const TOKENS = /yyyy|MM|dd|HH|mm|ss|SSS/g;
const SPECIAL = /[.*+?^${}()|[\]\\]/g;
const NEEDED = ["yyyy", "MM", "dd", "HH", "mm"];

/** Reads a text of one fixed pattern as if it were UTC; undefined when it does not fit. */
export type LocalReader = (text: string) => EpochMs | undefined;

/**
 * Compiles a pattern of `yyyy MM dd HH mm ss SSS` and fixed characters, for example `yyyyMMddHHmmss` or
 * `HH:mm:ss,MM-dd-yyyy`. Throws when the pattern lacks the date, the hour or the minute.
 */
export function compileLocal(pattern: string): LocalReader {
  const tokens: readonly string[] = pattern.match(TOKENS) ?? [];
  const missing = NEEDED.filter((token) => !tokens.includes(token));
  if (missing.length > 0) throw new Error(`time pattern "${pattern}" lacks ${missing.join(", ")}`);
  const source = pattern
    .split(/(yyyy|MM|dd|HH|mm|ss|SSS)/)
    .map((part) =>
      tokens.includes(part) ? `(\\d{${part.length}})` : part.replaceAll(SPECIAL, String.raw`\$&`),
    )
    .join("");
  const fits = new RegExp(`^${source}$`);
  const place = (token: string): number => tokens.indexOf(token) + 1;
  const [year, month, day, hour, minute] = NEEDED.map(place) as [number, number, number, number, number];
  const [second, milli] = [place("ss"), place("SSS")];

  return (text) => {
    const match = fits.exec(text);
    if (!match) return undefined;
    const part = (at: number): number => (at === 0 ? 0 : Number(match[at]));
    const whole = civil(part(year), part(month), part(day), part(hour), part(minute), part(second));
    return whole === undefined ? undefined : whole + part(milli);
  };
}
