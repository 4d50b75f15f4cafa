import type { RefusedLine } from "../ports.ts";
import type { Verdict } from "./answer.ts";

/** How a batch fared: settled line by line, or to be tried again as a whole. */
export type Delivery =
  | { readonly kind: "settled"; readonly accepted: number; readonly refused: readonly Refusal[] }
  | Extract<Verdict, { kind: "later" | "mend" }>;

type Refusal = Pick<RefusedLine, "line" | "reason">;

/**
 * Sends a body of lines, in halves where it is too large or holds a line that is refused, until each line was
 * taken or stands alone with its refusal. A line may be sent more than once, which changes nothing: it is the
 * same point. Ends at once when a half has to wait.
 */
export async function deliver(
  body: Uint8Array,
  send: (body: Uint8Array) => Promise<Verdict>,
): Promise<Delivery> {
  const first = await send(body);
  if (first.kind === "taken") return { kind: "settled", accepted: count(body), refused: [] };
  if (first.kind === "later" || first.kind === "mend") return first;
  const refused: Refusal[] = [];
  let accepted = 0;
  /** Undefined when both halves are settled. */
  async function divide(lines: readonly string[], reason: string): Promise<Delivery | undefined> {
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) {
      refused.push({ line: only, reason });
      return undefined;
    }
    const middle = Math.ceil(lines.length / 2);
    for (const half of [lines.slice(0, middle), lines.slice(middle)]) {
      const verdict = await send(Buffer.from(`${half.join("\n")}\n`));
      if (verdict.kind === "later" || verdict.kind === "mend") return verdict;
      if (verdict.kind === "taken") {
        accepted += half.length;
        continue;
      }
      const stopped = await divide(half, verdict.reason);
      if (stopped) return stopped;
    }
    return undefined;
  }
  const lines = Buffer.from(body).toString("utf8").trimEnd().split("\n");
  return (await divide(lines, first.reason)) ?? { kind: "settled", accepted, refused };
}

function count(body: Uint8Array): number {
  let lines = 0;
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) lines++;
  return lines;
}
