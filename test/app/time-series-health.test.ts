import { expect, test } from "vitest";
import { timeSeriesFaults, timeSeriesFigures } from "../../src/app/time-series-health.ts";
import type { TimeSeriesHealth } from "../../src/ports.ts";

const T0 = Date.UTC(2026, 2, 1);
const well: TimeSeriesHealth = {
  lines: 7,
  bytes: 700,
  oldestAt: T0,
  shippedAt: T0 + 1,
  dropped: 0,
  deadLetters: 0,
  deadLettersDropped: 0,
  state: "shipping",
};

test("all is well while lines wait their turn", () => {
  expect(timeSeriesFaults(well)).toEqual([]);
  expect(timeSeriesFigures(well)).toMatchObject({
    timeseriesLines: 7,
    timeseriesBytes: 700,
    timeseriesOldestAt: T0,
    timeseriesShippedAt: T0 + 1,
    timeseriesPaused: 0,
  });
});

test("a server that takes no lines, dropped lines and dead letters are faults, each with the way out", () => {
  const ill: TimeSeriesHealth = {
    ...well,
    state: "paused",
    fault: { since: T0, message: "InfluxDB takes no lines: 401" },
    dropped: 12,
    droppedFrom: T0,
    droppedTo: T0 + 5_000,
    deadLetters: 2,
  };
  expect(timeSeriesFaults(ill)).toEqual([
    { part: "timeseries", since: T0, message: "InfluxDB takes no lines: 401" },
    {
      part: "timeseries",
      message:
        "12 lines made room in a full outbox; zhian influx rebuild --from 2026-03-01T00:00:00.000Z --to 2026-03-01T00:00:06.000Z brings them back",
    },
    { part: "timeseries", message: "2 lines were refused: zhian influx dead-letters" },
  ]);
  expect(timeSeriesFigures(ill)).toMatchObject({ timeseriesPaused: 1, timeseriesDropped: 12 });
});
