/** What a change may say of an object: a new value, or null to remove an optional field. */
export type Patch<T> = { readonly [K in keyof T]?: T[K] | null | undefined };

/** `base` with the fields of `patch` put in its place; null removes. (RFC 7396, one level.) */
export function merged<T extends object>(base: T, patch: Patch<T>): T {
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const all = Object.entries({ ...base, ...Object.fromEntries(given) });
  return Object.fromEntries(all.filter(([, value]) => value !== null)) as T;
}
