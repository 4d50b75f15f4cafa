import { join } from "node:path";

/** Where things lie in the data folder; a contract: see docs/architecture.md. */
export const databaseFile = (dataDir: string): string => join(dataDir, "zhian.db");
/** The journal's segments. */
export const journalFolder = (dataDir: string): string => join(dataDir, "journal");
/** MQTT sessions and queued commands. */
export const sessionsFolder = (dataDir: string): string => join(dataDir, "sessions");
/** Copies made by `zhian backup`. */
export const backupsFolder = (dataDir: string): string => join(dataDir, "backups");
