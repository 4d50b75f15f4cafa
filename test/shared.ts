import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** A folder of facts that tests read and the project does not copy. */
export interface SharedFolder {
  readonly path: string;
  /** Told once, in one line, when it is not there; in CI that is a failure. */
  readonly missing: boolean;
}

/** The folder that `variable` names, or the one beside the checkout. */
export function sharedFolder(variable: string, below: string): SharedFolder {
  const path = resolve(process.env[variable] ?? resolve(import.meta.dirname, "../../shared", below));
  const missing = !existsSync(path);
  if (missing && process.env["CI"]) throw new Error(`${path} is missing in CI; ${variable} can name another`);
  if (missing) console.warn(`skipped: ${variable} is not here; the variable can name its folder`);
  return { path, missing };
}
