/**
 * Events a second through the react transaction of the embedded store, without journal and rules.
 * Usage: node bench/store.ts [--events n] [--batch n] [--devices n] [--estates n] [--changing share] [--lines]
 */
import { hash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SecurityEvent } from "../src/domain/event.ts";
import { timedId } from "../src/domain/identity.ts";
import { TAXONOMY } from "../src/domain/taxonomy.ts";
import { HOUR } from "../src/domain/time.ts";
import type { DeviceMemory, DeviceSighting, HourlyCount } from "../src/ports.ts";
import { openStore } from "../src/store/store.ts";
import { createPoints } from "../src/timeseries/points.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    batch: { type: "string", default: "2000" },
    devices: { type: "string", default: "16800" },
    estates: { type: "string", default: "25" },
    /** Share of events that change what is remembered of their device. */
    changing: { type: "string", default: "1" },
    /** Events a second by their own times; each device is noted as seen every ten seconds of these. */
    rate: { type: "string", default: "1000" },
    /** Writes the lines for InfluxDB into the outbox as well. */
    lines: { type: "boolean", default: false },
  },
});
const total = Number(values.events);
const batch = Number(values.batch);
const devices = Number(values.devices);
const estates = Number(values.estates);
const changing = Number(values.changing);
const rate = Number(values.rate);
const codes = Object.keys(TAXONOMY);
const start = Date.UTC(2026, 0, 1);
const seenAt = new Map<number, number>();

// A fixed sequence, so that two runs do the same.
let seed = 42;
const random = (below: number): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
};

function makeBatch(from: number) {
  const events: SecurityEvent[] = [];
  const sightings: DeviceSighting[] = [];
  const memories = new Map<number, DeviceMemory>();
  const counts = new Map<string, HourlyCount & { count: number }>();
  for (let number = from; number < from + batch; number++) {
    const receivedAt = start + Math.floor((number * 1_000) / rate);
    const occurredAt = random(1_000) === 0 ? receivedAt - random(24) * HOUR : receivedAt - random(3_000);
    const device = random(devices);
    const estateId = `estate-${device % estates}`;
    const deviceId = `gw-${device % 100}:zigbee2mqtt:sensor-${device}`;
    const gatewayId = `gw-${device % 100}`;
    const code = codes[Math.floor(random(97) * (random(100) / 100) ** 3)] ?? "info.button";
    events.push({
      id: timedId(occurredAt, String(number)),
      estateId,
      gatewayId,
      deviceId,
      point: "contact",
      code,
      phase: "raise",
      transition: "edge",
      occurredAt,
      deviceAt: occurredAt,
      receivedAt,
      attributes: { battery: 97, linkquality: 120, credential: hash("sha1", String(device)) },
      flags: ["simulated"],
      profile: "zigbee2mqtt",
    });
    if (receivedAt - (seenAt.get(device) ?? 0) >= 10_000) {
      seenAt.set(device, receivedAt);
      sightings.push({
        estateId,
        deviceId,
        gatewayId,
        profile: "zigbee2mqtt",
        at: receivedAt,
        simulated: true,
      });
    }
    if (random(1_000) < changing * 1_000) {
      const json = `{"revision":${number},"points":{"contact|door":{"value":"open","at":${occurredAt}},"tamper|tamper":{"value":"clear","at":${start}}},"clock":{"samples":[{"at":${receivedAt},"diff":120}]}}`;
      memories.set(device, { estateId, deviceId, json });
    }
    const hour = Math.floor(occurredAt / HOUR) * HOUR;
    const key = `${hour}|${estateId}|${code}`;
    const there = counts.get(key);
    if (there) there.count++;
    else counts.set(key, { hour, estateId, deviceKind: "sensor", code, phase: "raise", count: 1 });
  }
  return { events, sightings, memories: [...memories.values()], counts: [...counts.values()] };
}

async function time(what: string, ask: () => Promise<unknown>): Promise<void> {
  const before = performance.now();
  await ask();
  process.stdout.write(`${what}: ${(performance.now() - before).toFixed(1)} ms\n`);
}

const dir = mkdtempSync(join(tmpdir(), "zhian-bench-store-"));
try {
  const path = join(dir, "zhian.db");
  const store = openStore({
    path,
    clock: { now: () => Date.now() },
    lifeCycle: { apply: () => undefined, command: () => ({}) as never },
    points: createPoints(),
    ...(values.lines && { maxOutboxBytes: 2 ** 31 }),
  });
  process.stdout.write(
    `${total} events, batches of ${batch}, ${devices} devices in ${estates} estates, ${changing * 100} % change a memory\n` +
      "a batch: unseen, insertEvents (unique id + two block indexes), addCounts, seeDevices, saveMemories, saveCursor; commit with fsync\n",
  );
  let stored = 0;
  let busyMs = 0;
  let reportAt = 0;
  let lastBusyMs = 0;
  while (stored < total) {
    const { events, sightings, memories, counts } = makeBatch(stored);
    const before = performance.now();
    await store.react(async (tx) => {
      await tx.unseen(events.map((event) => event.id));
      await tx.insertEvents(events);
      await tx.addCounts(counts);
      await tx.seeDevices(sightings);
      await tx.saveMemories(memories);
      await tx.saveCursor({ segment: 1, offset: stored });
    });
    busyMs += performance.now() - before;
    stored += batch;
    if (stored - reportAt >= total / 5) {
      const persecond = Math.round(((stored - reportAt) / (busyMs - lastBusyMs)) * 1_000);
      process.stdout.write(`${stored} stored, ${persecond} events/s\n`);
      reportAt = stored;
      lastBusyMs = busyMs;
    }
  }
  const scope = undefined;
  await time("100 newest of a device", () =>
    store.events({ scope, estateId: "estate-7", deviceId: "gw-7:zigbee2mqtt:sensor-7", limit: 100 }),
  );
  await time("100 newest of an estate", () => store.events({ scope, estateId: "estate-7", limit: 100 }));
  await time("100 newest of a code in an estate", () =>
    store.events({ scope, estateId: "estate-7", code: "info.plate_read", limit: 100 }),
  );
  await time("100 newest of all", () => store.events({ scope, limit: 100 }));
  await time("100 of all from an early hour", () =>
    store.events({ scope, from: start, to: start + HOUR / 60, limit: 100 }),
  );
  process.stdout.write(
    `all in all ${Math.round((stored / busyMs) * 1_000)} events/s; ` +
      `${Math.round(statSync(path).size / stored)} bytes/event; ` +
      `RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB\n`,
  );
  store.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
