import { readFileSync } from "node:fs";
import { z } from "zod";
import { ZhianError } from "../errors.ts";

const isServer = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    (url?.protocol === "http:" || url?.protocol === "https:") &&
    url.username === "" &&
    url.password === "" &&
    url.search === "" &&
    url.hash === ""
  );
};

/** Where lines for InfluxDB go; off until `url` is given. The token stands in a file or in INFLUX_TOKEN. */
export const influxSettings = z
  .strictObject({
    /** Undefined: nothing is shipped, nor written for shipping. */
    url: z
      .string()
      .refine(isServer, "must be an http or https address without user, password or query")
      .transform((text) => text.replace(/\/+$/, ""))
      .optional(),
    /** Organisation of InfluxDB 2. */
    org: z.string().min(1).default("zhian"),
    /** Bucket (2) or database (1, 3) of raw lines; that of incidents, cases and hours is `<bucket>_years`. */
    bucket: z.string().min(1).default("zhian"),
    version: z
      .int()
      .min(1)
      .max(3)
      .default(2)
      .transform((version) => version as 1 | 2 | 3),
    tokenFile: z.string().min(1).optional(),
    /** Beyond it the oldest lines of events make room, counted. Bytes. */
    maxOutboxBytes: z
      .int()
      .min(1 << 20)
      .default(2 ** 31),
  })
  .prefault({});

type InfluxSettings = z.infer<typeof influxSettings>;

/**
 * The token, from the file or else from INFLUX_TOKEN; undefined when there is neither. Throws ZhianError
 * VALIDATION when the file cannot be read or is empty; what is in it never shows.
 */
export function influxToken(
  { tokenFile }: InfluxSettings,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (tokenFile === undefined) return env["INFLUX_TOKEN"]?.trim() || undefined;
  try {
    const token = readFileSync(tokenFile, "utf8").trim();
    if (token !== "") return token;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(tokenFile, `cannot be read: ${code ?? "unknown"}`);
  }
  throw refused(tokenFile, "is empty");
}

function refused(file: string, reason: string): ZhianError {
  const faults = [{ field: "influx.tokenFile", reason: `${file} ${reason}` }];
  return new ZhianError("VALIDATION", `influx.tokenFile: ${file} ${reason}`, { faults });
}
