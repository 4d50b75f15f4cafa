/** Round numbers from 0 to at least `top`, four or five steps; from 0 to 1 when there is nothing to show. */
export function ticksUpTo(highest: number): readonly number[] {
  const top = highest > 0 ? highest : 1;
  const raw = top / 4;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * magnitude).find((each) => each >= raw) ?? raw;
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** A tick as text, without needless decimals. */
export const tickText = (value: number): string => String(Number(value.toPrecision(6)));

/** A coordinate, to a tenth of a unit. */
export const at = (value: number): string => String(Math.round(value * 10) / 10);
