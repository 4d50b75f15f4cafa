import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createLatency } from "../../simulators/loader/latency.ts";
import { spread } from "../../simulators/loader/spread.ts";
import { encodeTemplate, FIRST_SEQ, writeMessage } from "../../simulators/loader/template.ts";
import {
  anonymousGateways,
  loadOptionsSchema,
  startLoad,
  type LoadResult,
} from "../../simulators/raw-loader.ts";
import { parseTopic } from "../../src/domain/topic.ts";
import { parser as createParser, type IPublishPacket } from "mqtt-packet";
import { startTestBroker, type Received, type TestBroker } from "./broker-for-tests.ts";

const gateways = [...anonymousGateways(3, 2)];

async function brokerFor(options: Parameters<typeof startTestBroker>[0] = {}): Promise<TestBroker> {
  const broker = await startTestBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

function identities(received: readonly Received[]): string[] {
  return received.map(({ payload }) => {
    const { boot, seq } = JSON.parse(payload) as { boot: string; seq: number };
    return `${boot}/${seq}`;
  });
}

test("sends the wanted count once each, 300 bytes a message, on topics of the contract", async () => {
  const broker = await brokerFor();
  const load = startLoad(
    loadOptionsSchema.parse({ port: broker.port, gateways, connections: 6, window: 5, count: 500 }),
  );
  const result = await load.result;
  expect(result).toMatchObject({ sent: 500, acked: 500, unacked: 0, reconnects: 0 });
  expect(new Set(identities(broker.received)).size).toBe(500);
  for (const { topic, payload } of broker.received) {
    expect(Buffer.byteLength(payload)).toBe(300);
    expect(parseTopic(topic)?.kind).toBe("native");
    const { at, code, phase } = JSON.parse(payload) as Record<string, string>;
    expect(Math.abs(Date.parse(at ?? "") - Date.now())).toBeLessThan(60_000);
    expect([code, phase]).toEqual(["access.granted", "pulse"]);
  }
});

test("has no more than a window of messages unacknowledged on a connection", async () => {
  const held: (() => void)[] = [];
  const broker = await brokerFor({ beforeAck: () => new Promise((resolve) => held.push(resolve)) });
  const load = startLoad(
    loadOptionsSchema.parse({ port: broker.port, gateways, connections: 2, window: 3, count: 20 }),
  );
  await expect.poll(() => held.length).toBe(6);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(held).toHaveLength(6);
  const release = setInterval(() => held.shift()?.(), 1);
  expect((await load.result).acked).toBe(20);
  clearInterval(release);
});

test("after a break it comes back and resends the same events until all are acknowledged", async () => {
  let slow = true;
  const broker = await brokerFor({
    beforeAck: () => new Promise((resolve) => setTimeout(resolve, slow ? 20 : 0)),
  });
  const folder = mkdtempSync(join(tmpdir(), "raw-loader-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ackFile = join(folder, "acked.tsv");
  const load = startLoad(
    loadOptionsSchema.parse({
      port: broker.port,
      gateways,
      connections: 4,
      window: 4,
      count: 400,
      boot: "b1",
      ackFile,
    }),
  );
  await expect.poll(() => load.progress().acked).toBeGreaterThan(40);
  broker.cut();
  await expect.poll(() => load.progress().reconnects).toBeGreaterThan(0);
  slow = false;
  const result = await load.result;
  expect(result).toMatchObject({ sent: 400, acked: 400, unacked: 0 });
  expect(result.reconnects).toBeGreaterThan(0);

  const arrived = identities(broker.received);
  expect(arrived.length).toBeGreaterThan(400);
  expect(new Set(arrived).size).toBe(400);
  // A resent event is the same bytes: its time is part of its identity.
  expect(new Set(broker.received.map(({ payload }) => payload)).size).toBe(400);
  const acked = readFileSync(ackFile, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t"));
  expect(new Set(acked.map(([boot, seq]) => `${boot}/${seq}`))).toEqual(new Set(arrived));
  const topicOf = new Map(broker.received.map((one, n) => [arrived[n], one.topic]));
  for (const [boot, seq, topic, , code, phase] of acked) {
    expect([topic, code, phase]).toEqual([topicOf.get(`${boot}/${seq}`), "access.granted", "pulse"]);
  }
});

test("keeps to a rate, and stops early when asked", async () => {
  const broker = await brokerFor();
  const load = startLoad(
    loadOptionsSchema.parse({
      port: broker.port,
      gateways,
      connections: 3,
      ratePerSecond: 200,
      durationMs: 60_000,
    }),
  );
  await expect.poll(() => load.progress().acked).toBeGreaterThan(20);
  load.stop();
  const { sent, acked, totalSeconds } = await load.result;
  expect(acked).toBe(sent);
  expect(sent / (totalSeconds + 0.05)).toBeLessThanOrEqual(200);
});

test("a device cycles through the kinds of events, each on its own topic in order", async () => {
  const broker = await brokerFor();
  const kinds = [
    { code: "access.door_opened", phase: "state" },
    { code: "access.door_closed", phase: "state" },
  ];
  await startLoad(
    loadOptionsSchema.parse({
      port: broker.port,
      gateways: gateways.slice(0, 1),
      connections: 1,
      window: 1,
      count: 12,
      devicesPerEstate: 3,
      kinds,
    }),
  ).result;
  const byTopic = Map.groupBy(broker.received, ({ topic }) => topic);
  expect(byTopic.size).toBe(3);
  for (const messages of byTopic.values()) {
    const codes = messages.map(({ payload }) => (JSON.parse(payload) as { code: string }).code);
    expect(codes).toEqual([
      "access.door_opened",
      "access.door_closed",
      "access.door_opened",
      "access.door_closed",
    ]);
  }
});

test("a refused connection is an error with the code, not a hang", async () => {
  const broker = await brokerFor({ password: "right" });
  const wrong = [{ gatewayId: "g", estateId: "e", secret: "wrong" }];
  const options = { port: broker.port, connections: 1, count: 1 };
  const load = startLoad(loadOptionsSchema.parse({ ...options, gateways: wrong }));
  await expect(load.result).rejects.toThrow(/refused with code [45]/);
  const right = [{ gatewayId: "g", estateId: "e", secret: "right" }];
  expect((await startLoad(loadOptionsSchema.parse({ ...options, gateways: right })).result).acked).toBe(1);
});

test("runs as a program of its own: options on standard input, result as JSON", async () => {
  const broker = await brokerFor();
  const path = new URL("../../simulators/raw-loader.ts", import.meta.url).pathname;
  const run = async (input: string): Promise<{ code: number | null; out: string; err: string }> => {
    const child = spawn(process.execPath, [path], { stdio: "pipe" });
    onTestFinished(() => void child.kill());
    child.stdin.end(input);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
    return { code: child.exitCode, out, err };
  };
  const good = await run(JSON.stringify({ port: broker.port, gateways, connections: 2, count: 50 }));
  expect(good.code).toBe(0);
  expect((JSON.parse(good.out) as LoadResult).acked).toBe(50);
  const bad = await run(JSON.stringify({ port: broker.port, gateways, conections: 2 }));
  expect(bad.code).toBe(1);
  expect(bad.err).toContain("conections");
});

test("a patched message decodes to exactly what was patched in", () => {
  const template = encodeTemplate("estates/e/devices/d/events", "b", { code: "c", phase: "pulse" }, 300);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 65_535 }),
      fc.integer({ min: FIRST_SEQ, max: 9_999_999_999 }),
      fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true }),
      fc.boolean(),
      (messageId, seq, date, resent) => {
        const time = date.toISOString();
        const target = Buffer.alloc(template.packet.length + 3);
        const end = writeMessage(target, 3, template, { messageId, seq, time, resent });
        const packet = decodePublish(target.subarray(3, end));
        expect(packet).toMatchObject({ messageId, dup: resent, qos: 1, retain: false });
        expect(JSON.parse(packet.payload.toString())).toMatchObject({ boot: "b", seq, at: time, code: "c" });
      },
    ),
  );
});

function decodePublish(bytes: Buffer): IPublishPacket {
  const parser = createParser();
  const packets: IPublishPacket[] = [];
  parser.on("packet", (packet) => packets.push(packet as IPublishPacket));
  parser.parse(bytes);
  expect(packets).toHaveLength(1);
  return packets[0] as IPublishPacket;
}

test("percentiles are those of the sorted values, to one step", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 4_999, noNaN: true }), { minLength: 1, maxLength: 50 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const latency = createLatency();
        for (const value of values) latency.record(value);
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? 0;
        expect(Math.abs(latency.percentile(share) - exact)).toBeLessThanOrEqual(0.011);
      },
    ),
    { numRuns: 20 },
  );
});

test("every device of an estate belongs to one connection, and every connection has a device", () => {
  const clients = spread(anonymousGateways(25, 8), 200, 40);
  expect(new Set(clients.map(({ clientId }) => clientId)).size).toBe(200);
  const topics = clients.flatMap((client) => client.topics);
  expect(new Set(topics).size).toBe(1_000);
  expect(topics).toHaveLength(1_000);
  const crowded = spread(anonymousGateways(1, 1), 50, 40);
  expect(crowded.every((client) => client.topics.length > 0)).toBe(true);
  expect(crowded[49]?.clientId).toBe("load-gateway-0.49");
});
