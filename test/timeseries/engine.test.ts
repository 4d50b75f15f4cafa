import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DAY, SECOND } from "../../src/domain/time.ts";
import { ZhianError } from "../../src/errors.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { openStoredLines } from "../../src/store/stored-lines.ts";
import { verdictOf } from "../../src/timeseries/answer.ts";
import { deliver } from "../../src/timeseries/deliver.ts";
import { createPoints } from "../../src/timeseries/points.ts";
import { queryInflux } from "../../src/timeseries/query.ts";
import { rebuildInflux } from "../../src/timeseries/rebuild.ts";
import { bucketOf, writeLines } from "../../src/timeseries/server.ts";
import { setUpInflux } from "../../src/timeseries/setup.ts";
import { startShipper } from "../../src/timeseries/shipper.ts";
import { countPoints, differencesOf } from "../../src/timeseries/verify.ts";
import { event, incident } from "../contracts/store/samples.ts";
import { temporaryStores } from "../store/temporary.ts";
import { influxInstalled, prepareInflux, type RealInflux } from "./influxd.ts";

const temporary = temporaryStores();
const LONG = process.env["ZHIAN_LONG"] === "1";
/** A whole UTC day, a few days ago: within the retention of raw. */
const TODAY = Math.floor(Date.now() / DAY) * DAY;
const signal = (): AbortSignal => AbortSignal.timeout(60 * SECOND);

test.runIf(process.env["CI"])("influxd is installed where a skip is a failure", () => {
  expect(influxInstalled).toBe(true);
});

describe.runIf(influxInstalled)("a real InfluxDB", () => {
  let influx: RealInflux;
  beforeAll(async () => {
    influx = await prepareInflux();
    await influx.start();
  });
  afterAll(() => influx.dispose());

  /** A shipper with short waits; `stop` it. */
  const ship = (outbox: Parameters<typeof startShipper>[0]["outbox"]) =>
    startShipper({
      outbox,
      write: (...batch) => writeLines(influx.server, ...batch),
      clock: systemClock,
      random: Math.random,
      behind: () => false,
      log: pino({ level: "silent" }),
      timing: { pause: 20, first: 50, longest: 500, mend: 500 },
    });
  async function emptied(store: ReturnType<typeof temporary.open>): Promise<void> {
    for (const end = Date.now() + (LONG ? 900_000 : 60_000); Date.now() < end;) {
      if ((await store.outbox()).lines === 0) return;
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
    throw new Error(`lines still wait: ${JSON.stringify(await store.outbox())}`);
  }
  async function differences(path: string, from: number, to: number, estates?: RegExp) {
    const stored = openStoredLines(path, createPoints());
    try {
      const ours = ({ estateId }: { estateId: string }): boolean => estates?.test(estateId) ?? true;
      const found = await countPoints(influx.server, from, to, signal());
      return differencesOf(stored.counts(from, to).filter(ours), found.filter(ours));
    } finally {
      stored.close();
    }
  }

  test("is set up once, and found right the second time", async () => {
    const first = await setUpInflux(influx.server);
    const second = await setUpInflux(influx.server);
    expect(first.length).toBeGreaterThanOrEqual(3);
    const made = first.filter((line) => line.includes("made"));
    expect(made).toHaveLength(influx.own ? 3 : made.length);
    expect(second.filter((line) => line.includes("made") || line.includes("mended"))).toEqual([]);
    if (!influx.own) return;
    const policies = await queryInflux(
      influx.server,
      undefined,
      'SHOW RETENTION POLICIES ON "zhian"',
      signal(),
    );
    expect(policies[0]?.values[0]?.slice(0, 2)).toEqual(["autogen", "9600h0m0s"]);
    await queryInflux(
      influx.server,
      undefined,
      'ALTER RETENTION POLICY "autogen" ON "zhian" DURATION 30d',
      signal(),
    );
    const third = await setUpInflux(influx.server);
    expect(third).toContain("Database zhian: retention set to 400d.");
  });

  test("reads every odd name as it was written", async () => {
    const names = [
      "plain",
      "two words",
      "a,b=c",
      '"quoted"',
      String.raw`back\slash`,
      String.raw`\begins`,
      "门禁",
      "😀",
      "#hash",
      "a'b",
      "comma,",
      "equals=",
      "space ",
      "n=1i",
    ];
    const points = createPoints();
    const lines = names.map((deviceId, index) => {
      const { series, fields } = points.event({
        ...event({ occurredAt: TODAY - 3 * DAY }),
        id: `id "${index}" \\ x`,
        estateId: "odd",
        deviceId,
      });
      return points.line(series, fields, TODAY - 3 * DAY, index);
    });
    const answer = await writeLines(influx.server, "raw", Buffer.from(`${lines.join("\n")}\n`), signal());
    expect(answer).toMatchObject({ status: 204 });
    const question = `SELECT "event_id", "n" FROM "security_event" WHERE "estate" = 'odd' GROUP BY "device"`;
    const found = await queryInflux(influx.server, bucketOf(influx.server, "raw"), question, signal());
    const read = found.map(({ tags, values }) => [tags["device"], values[0]?.[1]] as const);
    expect(new Map(read)).toEqual(new Map(names.map((name, index) => [name, `id "${index}" \\ x`])));
    expect(read).toHaveLength(names.length);
  });

  test("refuses a line of another type and stores the others; the refused one is found", async () => {
    const series = "types,estate=t";
    const send = async (body: Uint8Array) =>
      verdictOf(await writeLines(influx.server, "raw", body, signal()), Date.now());
    const at = TODAY - DAY;
    expect(await send(Buffer.from(`${series} v=1i ${at}000000\n`))).toEqual({ kind: "taken" });
    const lines = Array.from(
      { length: 40 },
      (_, n) => `${series} v=${n === 23 ? '"text"' : `${n}i`} ${at + n}000001`,
    );
    const delivery = await deliver(Buffer.from(`${lines.join("\n")}\n`), send);
    expect(delivery).toMatchObject({ kind: "settled", accepted: 39, refused: [{ line: lines[23] }] });
    const counted = await queryInflux(
      influx.server,
      bucketOf(influx.server, "raw"),
      `SELECT count("v") FROM "types" WHERE "estate" = 't'`,
      signal(),
    );
    expect(counted[0]?.values[0]?.[1]).toBe(40);
  });

  test("a whole stored day is counted the same, a lost point is found, and a rebuild brings it back", async () => {
    const path = temporary.path();
    const store = temporary.open(path, undefined, { points: createPoints(), maxOutboxBytes: 2 ** 26 });
    const at = TODAY - 2 * DAY;
    // Forty events in every millisecond, of four series: only steps keep them apart.
    const events = Array.from({ length: 4_000 }, (_, n) =>
      event({ estateId: `day${n % 2}`, deviceId: `d${n % 4}`, occurredAt: at + Math.floor(n / 40) }),
    );
    const opened = ["i1", "i2"].map((id) => incident(id, { estateId: "day1", updatedAt: at }));
    await store.react(async (tx) => {
      await tx.insertEvents(events);
      await tx.addCounts(
        ["day0", "day1"].map((estateId) => ({
          estateId,
          hour: at,
          deviceKind: "sensor" as const,
          code: "access.door_opened",
          phase: "state",
          count: 2_000,
        })),
      );
      await tx.saveIncidents(
        opened.map((of) => ({
          incident: of,
          transitions: [{ incidentId: of.id, kind: "opened" as const, at, by: "rule:r" }],
        })),
      );
    });
    const shipper = ship(store);
    await emptied(store);
    await shipper.stop();
    expect(await differences(path, at, at + DAY, /^day/)).toEqual([]);
    expect((await store.outbox()).shippedAt).toBeGreaterThan(0);
    if (!influx.own) return;

    const database = bucketOf(influx.server, "raw");
    await queryInflux(
      influx.server,
      database,
      `DELETE FROM "security_event" WHERE "device" = 'd3' AND time < ${at + 50}ms`,
      signal(),
    );
    expect(await differences(path, at, at + DAY, /^day/)).toEqual([
      {
        measurement: "security_event",
        day: new Date(at).toISOString().slice(0, 10),
        estateId: "day1",
        stored: 2_000,
        influx: 1_500,
      },
    ]);
    const stored = openStoredLines(path, createPoints());
    const rebuilt = await rebuildInflux({
      blocks: stored.lines(at, at + DAY),
      write: (...batch) => writeLines(influx.server, ...batch),
      clock: systemClock,
      onProgress: () => undefined,
      signal: signal(),
    });
    stored.close();
    expect(rebuilt).toEqual({ lines: 4_002, refused: [] });
    expect(await differences(path, at, at + DAY, /^day/)).toEqual([]);
  });

  test("a question it cannot answer is an error with its words", async () => {
    await expect(queryInflux(influx.server, "nowhere-at-all", "SELECT nothing", signal())).rejects.toThrow(
      ZhianError,
    );
  });

  const MINUTES = LONG ? 60 : 1;
  test.runIf(!process.env["INFLUX_URL"])(
    `an outage of ${MINUTES} minutes at 1,000 events/s, in compressed time, loses and doubles nothing`,
    async () => {
      const path = temporary.path();
      const store = temporary.open(path, undefined, { points: createPoints(), maxOutboxBytes: 2 ** 31 });
      const shipper = ship(store);
      const begin = TODAY - 10 * DAY;
      /** One second of events, as react stores them; returns how long that took. */
      async function second(number: number): Promise<number> {
        const at = begin + number * SECOND;
        const before = performance.now();
        await store.react(async (tx) => {
          await tx.insertEvents(
            Array.from({ length: 1_000 }, (_, n) =>
              event({ estateId: `out${n % 10}`, deviceId: `d${n % 200}`, occurredAt: at + (n % 7) }),
            ),
          );
          await tx.addCounts(
            Array.from({ length: 10 }, (_, n) => ({
              estateId: `out${n}`,
              hour: Math.floor(at / 3_600_000) * 3_600_000,
              deviceKind: "sensor" as const,
              code: "access.door_opened",
              phase: "state",
              count: 100,
            })),
          );
        });
        const took = performance.now() - before;
        // As the hub does between two steps: who waits for the network gets a turn.
        await setImmediate();
        return took;
      }
      const up: number[] = [];
      const away: number[] = [];
      for (let n = 0; n < 20; n++) up.push(await second(n));
      await influx.kill();
      for (let n = 20; n < 20 + MINUTES * 60; n++) away.push(await second(n));
      expect((await shipper.health()).state).toBe("waiting");
      expect((await store.outbox()).lines).toBeGreaterThanOrEqual(MINUTES * 60_000);
      await influx.start();
      const started = performance.now();
      const { lines } = await store.outbox();
      await emptied(store);
      const rate = Math.round((lines / (performance.now() - started)) * 1_000);
      await shipper.stop();
      expect(await differences(path, begin, begin + DAY, /^out/)).toEqual([]);
      expect(await store.outbox()).toMatchObject({ lines: 0, bytes: 0, dropped: 0, deadLetters: 0 });
      const median = (values: readonly number[]): number =>
        values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
      // While it is away nothing of the storing waits for it.
      expect(median(away)).toBeLessThan(2 * median(up) + 20);
      console.log(
        `${lines} lines waited, shipped at ${rate} lines/s; a second of events took ${median(up).toFixed(0)} ms before, ${median(away).toFixed(0)} ms meanwhile`,
      );
    },
    LONG ? 3_600_000 : 120_000,
  );
});
