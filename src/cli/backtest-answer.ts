import { z } from "zod";
import { CLOSE_REASONS } from "../domain/incident.ts";

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const outcomes = z.object({
  closed: z.record(z.enum(CLOSE_REASONS), z.number()),
  unclosed: z.number(),
});

const figures = z.object({
  rules: z.array(z.object({ id: z.string(), version: z.string() })),
  faults: z.array(z.string()),
  incidents: z.number(),
  duplicates: z.number(),
  simulated: z.number(),
  perDay: z.number(),
  figures: z.array(
    z.object({
      rule: z.string(),
      estateId: z.string(),
      incidents: z.number(),
      duplicates: z.number(),
      resumed: z.number(),
      matched: outcomes,
      unmatched: z.number(),
      missed: outcomes,
    }),
  ),
  notifications: z.object({
    total: z.number(),
    perDay: z.number(),
    most: z.number(),
    perOfficer: z.object({ perDay: z.number(), most: z.number() }).exactOptional(),
    estates: z.array(
      z.object({
        estateId: z.string(),
        total: z.number(),
        perDay: z.number(),
        most: z.number(),
        on: z.string(),
      }),
    ),
  }),
  notCompared: z.number(),
});

const oneSided = z.array(
  z.object({
    id: z.string(),
    key: z.string(),
    severity: z.enum(["P1", "P2", "P3", "P4", "P5"]),
    openedAt: instant,
  }),
);

/** A backtest as the hub tells it, with instants as the hub has them inside. */
export const backtestAnswer = z.object({
  id: z.string(),
  status: z.enum(["running", "done", "failed", "cancelled"]),
  progress: z.object({ done: z.number(), total: z.number() }).exactOptional(),
  failure: z.string().exactOptional(),
  report: z
    .object({
      from: instant,
      to: instant,
      estateId: z.string().exactOptional(),
      officers: z.number().exactOptional(),
      events: z.number(),
      inForce: figures,
      proposed: figures.exactOptional(),
      differences: z
        .array(
          z.object({
            rule: z.string(),
            inForce: z.string().exactOptional(),
            proposed: z.string().exactOptional(),
            both: z.number(),
            onlyInForce: z.number(),
            onlyProposed: z.number(),
            examples: z.object({ onlyInForce: oneSided, onlyProposed: oneSided }),
          }),
        )
        .exactOptional(),
      notes: z.array(z.string()),
    })
    .exactOptional(),
});
