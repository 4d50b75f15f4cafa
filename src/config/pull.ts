import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { isId } from "../domain/topic.ts";
import type { FieldFault } from "../errors.ts";

/** Also what the device is called in events, so it must do as a part of a path. */
const DEVICE = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
const FINGERPRINT = /^(?:[0-9a-f]{2}:?){32}$/i;
// oxlint-disable-next-line no-control-regex -- naming them is the purpose
const USER = /^[^\u0000-\u001f\u007f]{1,64}$/;
const LONGEST_PASSWORD = 256;

const id = z
  .string()
  .refine(isId, "must be an id: letters, digits, dots, dashes and underlines, at most 64 in all");

const tls = z
  .strictObject({
    /** Authority that signed the device's certificate, or that certificate itself. PEM. */
    caFile: z.string().min(1).optional(),
    /** SHA-256 of the one certificate that is believed, whatever name stands in it. */
    fingerprint: z
      .string()
      .regex(FINGERPRINT, "must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits")
      .optional(),
    /** Believes any certificate: nobody reads along, but anybody may pose as the device. */
    allowSelfSigned: z.boolean().optional(),
  })
  .refine(
    (given) => Object.values(given).filter((value) => value !== undefined && value !== false).length <= 1,
    "takes one of caFile, fingerprint and allowSelfSigned",
  );

const pullSource = z
  .strictObject({
    id,
    kind: z.enum(["hikvision", "dahua", "onvif"]),
    /** The gateway that the device's messages are taken as from; it must belong to the estate. */
    gateway: id,
    estate: id,
    device: z
      .string()
      .regex(DEVICE, "must be a short name: letters, digits, dots, dashes and underlines, at most 64 in all"),
    url: z
      .string()
      .refine(isDeviceUrl, "must be an http or https address without user, password and fragment"),
    user: z.string().regex(USER, "must be a user's name, at most 64 characters"),
    /** A file that holds the password and nothing else. */
    passwordFile: z.string().min(1),
    tls: tls.optional(),
    /** A stream that brings nothing for this long is dead. Seconds; by kind unless given. */
    silence: z.int().min(5).max(3_600).optional(),
  })
  .refine(
    ({ url, tls: given }) => given === undefined || URL.parse(url)?.protocol === "https:",
    "has tls, but an address that is not https",
  )
  .refine(
    ({ kind, silence }) => kind !== "onvif" || silence === undefined,
    "has silence, but an ONVIF device is asked and not listened to",
  );

/** Devices that are asked, because they do not call. Each id, and each device of a gateway, once. */
export const pullSources = z
  .array(pullSource)
  .superRefine((sources, context) => {
    const seen = new Set<string>();
    for (const [index, source] of sources.entries()) {
      const device = `device ${source.gateway}:${source.kind}:${source.device}`;
      for (const name of [`id ${source.id}`, device]) {
        if (seen.has(name))
          context.addIssue({ code: "custom", path: [index], message: `repeats the ${name}` });
        seen.add(name);
      }
    }
  })
  .default([]);

/** One device to pull from, as configured. */
export type PullConfig = z.infer<typeof pullSource>;

function isDeviceUrl(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.password === "" &&
    url.hash === "" &&
    !text.includes("#")
  );
}

/** The list with its files' names counted from `directory`; what is no list stays for the schema to refuse. */
export function withAbsoluteFiles(list: unknown, directory: string): unknown {
  if (!Array.isArray(list)) return list;
  const absolute = (section: unknown, name: string): unknown => {
    if (typeof section !== "object" || section === null || Array.isArray(section)) return section;
    const file = (section as Record<string, unknown>)[name];
    return typeof file === "string" && file !== ""
      ? { ...section, [name]: resolve(directory, file) }
      : section;
  };
  return list.map((entry: unknown) => {
    const source = absolute(entry, "passwordFile");
    const given = (source as { readonly tls?: unknown } | null)?.tls;
    return given === undefined ? source : { ...(source as object), tls: absolute(given, "caFile") };
  });
}

/** Faults of the files that sources name: unreadable, no password, no certificate. Never quotes them. */
export function pullFileFaults(sources: readonly PullConfig[]): readonly FieldFault[] {
  return sources.flatMap(({ passwordFile, tls: given }, index) => {
    const faults = fault(`pull.${index}.passwordFile`, () => readPassword(passwordFile));
    const caFile = given?.caFile;
    if (caFile === undefined) return faults;
    return [...faults, ...fault(`pull.${index}.tls.caFile`, () => readAuthority(caFile))];
  });
}

/** The password in a file, without the line's end that editors put there. Throws an Error that does not quote it. */
export function readPassword(file: string): string {
  const password = contentOf(file).replace(/\r?\n$/, "");
  if (password === "") throw new Error("the file holds no password");
  if (password.length > LONGEST_PASSWORD || /[\r\n]/.test(password)) {
    throw new Error("the file holds more than a password");
  }
  return password;
}

/** Certificates in a file, PEM. Throws an Error when there is none. */
export function readAuthority(file: string): string {
  const pem = contentOf(file);
  try {
    void new X509Certificate(pem);
  } catch (error) {
    throw new Error("the file does not hold a certificate in PEM form", { cause: error });
  }
  return pem;
}

/** Advice on sources that believe anybody. One sentence each. */
export function pullWarnings(sources: readonly PullConfig[]): readonly string[] {
  return sources
    .filter(({ tls: given }) => given?.allowSelfSigned === true)
    .map(
      ({ id: name }) =>
        `pull source ${name} believes any certificate (allowSelfSigned): another machine in that network ` +
        `could pose as the device. Name the certificate's fingerprint instead.`,
    );
}

/** The name of a file that cannot be read may be the password itself, pasted by mistake: it is not shown. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    throw new Error(`the file cannot be read (${code})`, { cause: error });
  }
}

function fault(field: string, read: () => unknown): readonly FieldFault[] {
  try {
    read();
    return [];
  } catch (error) {
    return [{ field, reason: (error as Error).message }];
  }
}
