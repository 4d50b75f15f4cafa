import { type FieldFault, ZhianError } from "../errors.ts";

/** Nothing has this name. */
export function notFound(what: string, faults: readonly FieldFault[] = []): ZhianError {
  return new ZhianError("NOT_FOUND", `there is no ${what}`, { faults });
}

/** Refuses with CONFLICT, naming the fields, when there are faults. */
export function refuseConflicts(message: string, faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw new ZhianError("CONFLICT", message, { faults });
}

/** Refuses an import with IMPORT_REFUSED, naming all its faults, when there are any. */
export function refuseImport(faults: readonly FieldFault[]): void {
  if (faults.length === 0) return;
  throw new ZhianError("IMPORT_REFUSED", "the import was refused; nothing of it was stored", {
    faults: faults.slice(0, 1_000),
  });
}
