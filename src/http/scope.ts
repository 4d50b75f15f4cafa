import { ZhianError } from "../errors.ts";
import type { Estate } from "../domain/estate.ts";
import type { Scope, Store } from "../ports.ts";

/** True when a caller of this scope may know of the estate. */
export function covers(scope: Scope, estateId: string): boolean {
  return scope === undefined || scope.includes(estateId);
}

/**
 * The thing `load` finds, if the caller may know of it. What is missing and what is foreign give the
 * very same NOT_FOUND, so that nobody learns which ids exist elsewhere.
 */
export async function visible<T>(what: string, load: Promise<T>, may: (found: T) => boolean): Promise<T> {
  try {
    const found = await load;
    if (may(found)) return found;
  } catch (error) {
    if (!(error instanceof ZhianError && error.code === "NOT_FOUND")) throw error;
  }
  throw new ZhianError("NOT_FOUND", `there is no ${what}`);
}

/** The estate, if the caller may know of it. */
export function visibleEstate(store: Pick<Store, "estate">, scope: Scope, id: string): Promise<Estate> {
  return visible(`estate ${id}`, store.estate(id), (estate) => covers(scope, estate.id));
}

/** A caller's scope, narrowed to one estate if a filter asks for it. */
export function narrowed(scope: Scope, estateId: string | undefined): Scope {
  if (estateId === undefined) return scope;
  return covers(scope, estateId) ? [estateId] : [];
}
