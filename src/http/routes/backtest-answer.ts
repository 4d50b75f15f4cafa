import { z } from "zod";
import type { Backtest } from "../../domain/backtest.ts";
import { CLOSE_REASONS } from "../../domain/incident.ts";
import { instant } from "../fields.ts";

const count = z.int();
const outcomes = z.object({
  closed: z.record(z.enum(CLOSE_REASONS), count).meta({ description: "Stored incidents by close reason" }),
  unclosed: count,
});
const perDay = z.number().meta({ description: "On an average day of the period" });
const duplicates = count.meta({
  description: "Those that tell again what another of the same type and place told within ten minutes",
});

const figures = z.object({
  rules: z.array(z.object({ id: z.string(), version: z.string() })).readonly(),
  faults: z.array(z.string()).readonly(),
  incidents: count,
  duplicates,
  simulated: count,
  perDay,
  figures: z
    .array(
      z.object({
        rule: z.string(),
        estateId: z.string(),
        incidents: count,
        duplicates,
        resumed: count.meta({ description: "Episodes that resumed an incident instead of opening another" }),
        matched: outcomes.meta({ description: "Stored incidents of the same rule, key and time" }),
        unmatched: count.meta({ description: "Incidents that no stored one matches" }),
        missed: outcomes.meta({ description: "Stored incidents that it would not have opened" }),
      }),
    )
    .readonly(),
  notifications: z
    .object({
      total: count,
      perDay,
      most: count.meta({ description: "On the worst day" }),
      perOfficer: z.object({ perDay, most: z.number() }).optional(),
      estates: z
        .array(z.object({ estateId: z.string(), total: count, perDay, most: count, on: z.string() }))
        .readonly(),
    })
    .meta({ description: "Each incident of P1 to P3, neither late nor a test, notifies one officer once" }),
  notCompared: count,
});

const oneSided = z
  .array(
    z.object({
      id: z.string(),
      key: z.string(),
      severity: z.enum(["P1", "P2", "P3", "P4", "P5"]),
      openedAt: instant,
    }),
  )
  .readonly();

const period = {
  from: instant,
  to: instant,
  estateId: z.string().optional(),
  officers: count.optional(),
};

const report = z.object({
  ...period,
  events: count.meta({ description: "Events that a rule names and that were folded" }),
  inForce: figures,
  proposed: figures.optional(),
  differences: z
    .array(
      z.object({
        rule: z.string(),
        inForce: z.string().optional().meta({ description: "Version; absent: not among the rules in force" }),
        proposed: z.string().optional(),
        both: count,
        onlyInForce: count,
        onlyProposed: count,
        examples: z.object({ onlyInForce: oneSided, onlyProposed: oneSided }),
      }),
    )
    .readonly()
    .optional(),
  notes: z.array(z.string()).readonly().meta({ description: "What the figures do not say" }),
});

/** A backtest as the API tells it. */
export const backtestSchema = z.object({
  id: z.string(),
  status: z.enum(["running", "done", "failed", "cancelled"] as const satisfies readonly Backtest["status"][]),
  ...period,
  startedAt: instant,
  endedAt: instant.optional(),
  progress: z
    .object({ done: count, total: count })
    .optional()
    .meta({ description: "In stored events; absent until the first were read" }),
  report: report.optional(),
  failure: z.string().optional(),
});
