import { first } from "./0001-first.ts";
import { lessons } from "./0002-lessons.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema, oldest first. The next is a file here and a released schema in the tests. */
export const MIGRATIONS: readonly Migration[] = [first, lessons];
