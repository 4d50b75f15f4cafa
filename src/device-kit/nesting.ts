/**
 * True when a parsed body nests objects and lists deeper than `limit`. Told after parsing, which costs a
 * fifth of looking through the text: the engine's JSON parser does not recurse, only readers might.
 */
export function nestedDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  const members: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  for (const member of members) if (nestedDeeperThan(member, limit - 1)) return true;
  return false;
}
