import { ZhianError } from "../errors.ts";
import { ask, type InfluxServer } from "./server.ts";

/** One series of an answer; rows as InfluxDB gives them, the time first, in milliseconds. */
export interface QueriedSeries {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

interface Answered {
  readonly error?: string;
  readonly message?: string;
  readonly results?: readonly {
    readonly error?: string;
    readonly series?: readonly Partial<QueriedSeries>[];
  }[];
}

/**
 * Asks in InfluxQL, the one language that every version speaks. Throws ZhianError UNAVAILABLE with what
 * InfluxDB said when it does not answer the question.
 */
export async function queryInflux(
  server: InfluxServer,
  database: string | undefined,
  question: string,
  signal: AbortSignal,
): Promise<readonly QueriedSeries[]> {
  const db = database === undefined ? "" : `&db=${encodeURIComponent(database)}`;
  const response = await ask(server, {
    method: "POST",
    path: `/query?epoch=ms${db}`,
    body: new URLSearchParams({ q: question }).toString(),
    contentType: "application/x-www-form-urlencoded",
    signal,
  }).catch((cause: unknown) => {
    throw new ZhianError("UNAVAILABLE", "InfluxDB does not answer", { cause });
  });
  const text = await response.text();
  const answer = parse(text);
  const [first] = answer?.results ?? [];
  const error = answer?.error ?? first?.error;
  if (!response.ok || !answer?.results || error !== undefined) {
    const said = error ?? answer?.message ?? "no InfluxDB answers there";
    throw new ZhianError("UNAVAILABLE", `InfluxDB answers ${response.status}: ${said}`);
  }
  return (first?.series ?? []).map(({ name = "", tags = {}, columns = [], values = [] }) => ({
    name,
    tags,
    columns,
    values,
  }));
}

/** A text as InfluxQL writes it between quotation marks. */
export function quoted(name: string): string {
  return `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function parse(text: string): Answered | undefined {
  try {
    return JSON.parse(text) as Answered;
  } catch {
    return undefined;
  }
}
