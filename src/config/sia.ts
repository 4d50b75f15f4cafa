import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { isId } from "../domain/topic.ts";
import type { FieldFault } from "../errors.ts";
import { isLoopback } from "./loopback.ts";

const listener = z.strictObject({
  host: z.string().min(1).default("127.0.0.1"),
  port: z.int().min(0).max(65_535).default(12_000),
});

const id = z
  .string()
  .refine(isId, "must be an id: letters, digits, dots, dashes and underlines, at most 64 in all");

const account = z
  .strictObject({
    /** What the panel calls itself. Text, so that leading zeros stay. */
    account: z.string().regex(/^[0-9A-Za-z]{3,16}$/, "must be 3 to 16 digits or letters, in quotes"),
    /** The gateway in whose name it reports; it must belong to the estate. */
    gateway: id,
    estate: id,
    /** A file that holds the panel's AES key in hexadecimal digits and nothing else. */
    keyFile: z.string().min(1).optional(),
    /** Takes messages in the clear although there is a key. */
    allowPlain: z.boolean().optional(),
    /** Seconds of silence after which the panel is offline; unless given, it may be as silent as it likes. */
    supervised: z.int().min(10).max(1_000_000).optional(),
  })
  .refine(
    ({ keyFile, allowPlain }) => allowPlain === undefined || keyFile !== undefined,
    "has allowPlain, but no keyFile: without a key everything is in the clear",
  );

/** Receiver of SIA DC-09 for alarm panels; off until one of its listeners is configured. */
export const siaReceiver = z
  .strictObject({
    tcp: listener.optional(),
    udp: listener.optional(),
    accounts: z
      .array(account)
      .superRefine((accounts, context) => {
        const seen = new Set<string>();
        for (const [index, { account: name }] of accounts.entries()) {
          const folded = name.toUpperCase();
          if (seen.has(folded))
            context.addIssue({ code: "custom", path: [index, "account"], message: "is there twice" });
          seen.add(folded);
        }
      })
      .default([]),
  })
  .prefault({});

/** The receiver as configured. */
export type SiaConfig = z.infer<typeof siaReceiver>;

/** The section with its files' names counted from `directory`; what is no section stays for the schema to refuse. */
export function withAbsoluteKeyFiles(section: unknown, directory: string): unknown {
  if (!isSection(section) || !Array.isArray(section["accounts"])) return section;
  const accounts = section["accounts"].map((entry: unknown) => {
    if (!isSection(entry)) return entry;
    const { keyFile } = entry;
    const named = typeof keyFile === "string" && keyFile !== "";
    return named ? Object.assign({}, entry, { keyFile: resolve(directory, keyFile) }) : entry;
  });
  return { ...section, accounts };
}

/** Faults of the key files: unreadable, or no key. Never quotes them. */
export function siaFileFaults({ accounts }: SiaConfig): readonly FieldFault[] {
  return accounts.flatMap(({ keyFile }, index) => {
    if (keyFile === undefined) return [];
    try {
      readSiaKey(keyFile);
      return [];
    } catch (error) {
      return [{ field: `sia.accounts.${index}.keyFile`, reason: (error as Error).message }];
    }
  });
}

/** The AES key in a file: 32, 48 or 64 hexadecimal digits. Throws an Error that does not quote it. */
export function readSiaKey(file: string): Buffer {
  let content: string;
  try {
    content = readFileSync(file, "utf8").trim();
  } catch (error) {
    // The name may be the key itself, pasted by mistake.
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new Error(`the file cannot be read (${code})`, { cause: error });
  }
  if (!/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$/.test(content)) {
    throw new Error("the file does not hold 32, 48 or 64 hexadecimal digits, an AES key");
  }
  return Buffer.from(content, "hex");
}

/** Advice on panels that anybody can pose as, and on a receiver that nobody may use. One sentence each. */
export function siaWarnings({ tcp, udp, accounts }: SiaConfig): readonly string[] {
  const listens = tcp !== undefined || udp !== undefined;
  if (!listens) return accounts.length > 0 ? ["sia has accounts, but neither tcp nor udp to hear them."] : [];
  if (accounts.length === 0) return ["sia listens, but has no accounts: every panel is turned away."];
  const open = accounts.filter(({ keyFile, allowPlain }) => keyFile === undefined || allowPlain === true);
  if (open.length === 0 || [tcp, udp].every((door) => door === undefined || isLoopback(door.host))) return [];
  return [
    `sia listens beyond this machine, and ${open.length} of ${accounts.length} accounts may report in the ` +
      `clear: others can read their alarms and pose as them. Give them a keyFile, or a network of their own.`,
  ];
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
