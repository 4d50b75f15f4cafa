import type { Backtest } from "../../src/domain/backtest.ts";
import { ZhianError } from "../../src/errors.ts";
import type { RuleTrials } from "../../src/ports.ts";
import { incident, NOW } from "./furniture.ts";

/** The id that every backtest of the double has. */
export const BACKTEST = "00000000-0000-4000-8000-000000000001";

/** A double that remembers one backtest, finds the word FAULTY in rules and explains every incident. */
export function createFakeTrials(): RuleTrials & { readonly asked: unknown[][] } {
  const asked: unknown[][] = [];
  let kept: Backtest | undefined;
  return {
    asked,
    async check(files) {
      asked.push(["check", files]);
      const faulty = Object.entries(files).filter(([, text]) => text.includes("FAULTY"));
      return {
        rules: Object.keys(files).map((file) => ({ id: "a-rule", version: "1", file })),
        faults: faulty.map(([file]) => ({
          file,
          line: 3,
          rule: "a-rule",
          field: "severity",
          reason: "It is bad.",
        })),
      };
    },
    startBacktest(period, proposed) {
      asked.push(["startBacktest", period, proposed]);
      if (kept) throw new ZhianError("CONFLICT", "one runs");
      kept = { id: BACKTEST, status: "running", startedAt: NOW, ...period };
      return kept;
    },
    backtest(id) {
      if (id !== BACKTEST) throw new ZhianError("NOT_FOUND", "no such backtest");
      return kept ?? { id, status: "cancelled", startedAt: NOW, endedAt: NOW, from: 0, to: 1 };
    },
    endBacktest(id) {
      if (id !== BACKTEST) throw new ZhianError("NOT_FOUND", "no such backtest");
      kept = undefined;
    },
    async explain(incidentId, scope) {
      asked.push(["explain", incidentId, scope]);
      return {
        incident: incident(incidentId, "a"),
        zone: "Asia/Shanghai",
        rules: [{ id: "forced-open", version: "1", definition: { id: "forced-open" } }],
        basis: "replayed",
        steps: [
          {
            at: NOW,
            kind: "timer",
            rule: "forced-open",
            made: ["opened"],
            text: { zh: "时限已到。", en: "The time was up." },
          },
        ],
        gaps: [{ zh: "缺", en: "Something is missing." }],
      };
    },
  };
}
