import { first } from "./0001-first.ts";
import { lessons } from "./0002-lessons.ts";
import { rules } from "./0003-rules.ts";
import { exposure } from "./0004-exposure.ts";
import { surveillance } from "./0005-surveillance.ts";
import { timeSeries } from "./0006-time-series.ts";
import type { Migration } from "./migration.ts";

/** Every step of the schema, oldest first. The next is a file here and a released schema in the tests. */
export const MIGRATIONS: readonly Migration[] = [first, lessons, rules, exposure, surveillance, timeSeries];
