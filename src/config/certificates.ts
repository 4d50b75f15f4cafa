import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FieldFault } from "../errors.ts";

/** The file names of one TLS listener, as configured; not yet known to be right. */
export interface CertificateFiles {
  readonly cert?: unknown;
  readonly key?: unknown;
  readonly ca?: unknown;
}

/** Faults of a TLS listener's files: unreadable, not PEM, or a key that is not the certificate's. */
export function certificateFaults(section: string, files: CertificateFiles): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  const open = <T>(name: keyof CertificateFiles, what: string, read: (pem: Buffer) => T): T | undefined => {
    const file = files[name];
    // A missing or non-text name is the schema's business.
    if (typeof file !== "string" || file === "") return undefined;
    const field = `${section}.${name}`;
    let pem: Buffer;
    try {
      pem = readFileSync(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The name may be the key itself, pasted by mistake: show neither it nor the system's sentence.
      faults.push({
        field,
        reason: `the file cannot be read (${code ?? "unknown"})${name === "key" ? "" : `: ${file}`}`,
      });
      return undefined;
    }
    try {
      return read(pem);
    } catch {
      faults.push({ field, reason: `the file does not hold ${what} in PEM form` });
      return undefined;
    }
  };
  const cert = open("cert", "a certificate", (pem) => new X509Certificate(pem));
  const key = open("key", "an unencrypted private key", (pem) => createPrivateKey(pem));
  open("ca", "a certificate", (pem) => new X509Certificate(pem));
  if (cert && key && !cert.checkPrivateKey(key)) {
    faults.push({ field: `${section}.key`, reason: `is not the key of the certificate in ${section}.cert` });
  }
  return faults;
}
