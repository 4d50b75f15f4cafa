import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { ZhianError } from "../errors.ts";

/** Secrets of at least this many characters are whole; anything shorter is a damaged file. */
const SHORTEST = 32;
const NAME = /^[a-z][a-z0-9-]{0,40}$/;

/** A secret of this hub. */
export interface HubSecret {
  /** 256 random bits as base64url, 43 characters. */
  readonly value: string;
  /** True when it was made just now, so that the first start can tell about it. */
  readonly created: boolean;
  readonly file: string;
}

/** Names of the secrets the hub keeps. */
export const SECRETS = {
  /** HMAC key that replaces personal data; whoever has it can link pseudonyms to persons. */
  pseudonymKey: "pseudonym-key",
  /** The administrator's API token, for the command line on the hub's own machine. */
  adminToken: "admin-token",
} as const;

/** Where a secret lies: `<dataDir>/secrets/<name>`. */
export function secretFile(dataDir: string, name: string): string {
  return join(dataDir, "secrets", name);
}

/**
 * Reads a secret, or makes it on first start: a file only its owner can read (0600) in a folder of the
 * same kind (0700). Whole on disk or not there at all; of two processes that start together both get
 * the same. A file with wider rights is narrowed. Throws ZhianError UNAVAILABLE when it cannot be read
 * or written, or is damaged: a lost key is never replaced silently, since pseudonyms would change.
 */
export function loadOrCreateSecret(
  dataDir: string,
  name: string,
  random: (bytes: number) => Buffer = randomBytes,
): HubSecret {
  if (!NAME.test(name)) throw new TypeError(`not a name for a secret: ${name}`);
  const file = secretFile(dataDir, name);
  try {
    const created = !exists(file) && create(dataDir, file, random);
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
    const value = readFileSync(file, "utf8").trim();
    if (value.length < SHORTEST) throw new Error("the file is damaged; put back the copy from a backup");
    return { value, created, file };
  } catch (error) {
    throw new ZhianError("UNAVAILABLE", `the secret ${file} is not usable: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** False when another process was faster. */
function create(dataDir: string, file: string, random: (bytes: number) => Buffer): boolean {
  mkdirSync(join(dataDir, "secrets"), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.${random(6).toString("hex")}`;
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeSync(handle, `${random(32).toString("base64url")}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    // A link, unlike a rename, never replaces what is there.
    linkSync(draft, file);
    syncFolder(join(dataDir, "secrets"));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
