import { expect, test } from "vitest";
import { createMetrics } from "../../src/runtime/metrics.ts";

test("messages are counted by outcome and reason, events by profile", async () => {
  const metrics = createMetrics();
  metrics.message("events", "native", 3);
  metrics.message("events", "native", 2);
  metrics.message("ignored", "heartbeat", 0);
  const text = await metrics.registry.metrics();
  expect(text).toContain('zhian_messages_total{outcome="events",reason="native"} 2');
  expect(text).toContain('zhian_messages_total{outcome="ignored",reason="heartbeat"} 1');
  expect(text).toContain('zhian_events_accepted_total{profile="native"} 5');
  expect(await metrics.registry.metrics()).toBe(text);
});

test("figures are read fresh each time, after one refresh; what is not to be had is left out", async () => {
  const metrics = createMetrics();
  let refreshed = 0;
  let value: number | undefined;
  metrics.beforeCollect(async () => {
    refreshed++;
    await Promise.resolve();
    value = refreshed * 10;
  });
  metrics.figure("a_figure", "help", () => value);
  metrics.figure("another", "help", () => value);
  metrics.figure("missing", "help", () => undefined);
  metrics.figures("by_reason", "help", "reason", () => ({ full: 1, gone: 2 }));
  const text = await metrics.registry.metrics();
  expect(refreshed).toBe(1);
  expect(text).toContain("a_figure 10");
  expect(text).toContain("another 10");
  expect(text).not.toMatch(/^missing \d/m);
  expect(text).toContain('by_reason{reason="gone"} 2');
  expect(await metrics.registry.metrics()).toContain("a_figure 20");
});
