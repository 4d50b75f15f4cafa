import { connect as connectTcp } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import mqttPacket from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startChild, type ChildBroker } from "./child-broker.ts";
import {
  connectPacket,
  EVENT_TOPIC,
  publishPacket,
  rawClient,
  rawGateway,
  startHub,
  temporaryDir,
  until,
  type RawClient,
} from "./harness.ts";

const MB = 1 << 20;
const COMMANDS = "estates/e1/gateways/gw-1/commands/#";
const GW2 = { clientId: "gw-2", username: "gw-2", password: Buffer.from("secret-2") };

/** A good gateway that must not notice what others do. */
async function bystander(port: number | undefined): Promise<{ serve: () => Promise<void> }> {
  const client = await rawClient(port);
  client.send(connectPacket(GW2));
  await client.next("connack");
  let messageId = 0;
  return {
    async serve() {
      messageId++;
      client.send(publishPacket({ topic: "estates/e2/devices/d/events", messageId }));
      expect((await client.next("puback")).messageId).toBe(messageId);
    },
  };
}

/** Writes without a pause until the other side closes. */
async function flood({ socket, closed }: RawClient, bytes: Buffer, limit: number): Promise<number> {
  let written = 0;
  while (!socket.destroyed && written < limit) {
    written += bytes.length;
    if (!socket.write(bytes)) await Promise.race([new Promise((done) => socket.once("drain", done)), closed]);
  }
  return written;
}

async function expectAlive(child: ChildBroker, before: { rss: number }, growthMb: number) {
  const after = await child.figures();
  expect(child.running()).toBe(true);
  expect((after.rss - before.rss) / MB).toBeLessThan(growthMb);
  return after.figures;
}

describe("a hostile client", () => {
  test("that announces 256 MB is cut off at the header, before and after CONNECT, and memory stays flat", async () => {
    const child = await startChild(temporaryDir());
    const good = await bystander(child.ports.tcp);
    const before = await child.figures();
    const huge = Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]);
    const noise = Buffer.alloc(MB, "x");
    for (let n = 0; n < 5; n++) {
      const stranger = await rawClient(child.ports.tcp);
      stranger.socket.write(huge);
      expect(await flood(stranger, noise, 256 * MB)).toBeLessThan(64 * MB);
      await stranger.closed;
      const known = await rawClient(child.ports.tcp);
      known.send(connectPacket());
      await known.next("connack");
      huge[0] = 0x32;
      known.socket.write(huge);
      await flood(known, noise, 256 * MB);
      await known.closed;
      huge[0] = 0x10;
      await good.serve();
    }
    const { refused } = await expectAlive(child, before, 60);
    expect(refused["packet-too-large"]).toBe(10);
  });

  test("whose message is only somewhat too large gets it acknowledged, cut and counted, and goes on", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    client.send(publishPacket({ payload: Buffer.alloc(MB, "{"), messageId: 1 }));
    client.send(publishPacket({ messageId: 2 }));
    await client.next("puback");
    await client.next("puback");
    expect(hub.accepted.map(({ payload }) => payload.length)).toEqual([
      256 * 1024 - 2 - EVENT_TOPIC.length - 2,
      2,
    ]);
    expect(hub.accepted[0]?.payload.at(-1)).toBe(0);
    expect(hub.broker.figures().refused.cut).toBe(1);
  });

  test("that sends more before it is authenticated is not listened to", async () => {
    const hub = await startHub();
    hub.auth.verify = () => new Promise(() => undefined);
    const client = await rawClient(hub.ports.tcp);
    client.send(connectPacket());
    const packet = mqttPacket.generate(publishPacket({ payload: Buffer.alloc(200_000) }));
    for (let n = 0; n < 100; n++) client.socket.write(packet);
    await sleep(100);
    // 20 MB were offered; the sockets of both sides hold a few, the rest cannot leave.
    expect(client.socket.writableLength).toBeGreaterThan(MB);
  });

  test("that reads nothing of what it is answered is closed, and others are not slowed", async () => {
    const hub = await startHub({ limits: { drainTimeout: 300 } });
    const good = await bystander(hub.ports.tcp);
    const frozen = await rawGateway(hub);
    frozen.socket.pause();
    const pings = Buffer.alloc(64 * 1024, Buffer.from([0xc0, 0]));
    const flooded = flood(frozen, pings, 512 * MB);
    for (let n = 0; n < 20; n++) {
      await good.serve();
      await sleep(10);
    }
    await until(() => hub.broker.figures().refused.frozen === 1, "closed as frozen", 15_000);
    frozen.socket.destroy();
    await flooded;
    await good.serve();
    expect(hub.broker.figures().connections).toBe(1);
  });

  test("that subscribes and freezes does not stop a publisher or the hub's commands", async () => {
    const hub = await startHub({ limits: { drainTimeout: 300 } });
    const frozen = await rawGateway(hub);
    frozen.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: COMMANDS, qos: 1 }] });
    await frozen.next("suback");
    frozen.socket.pause();
    const good = await bystander(hub.ports.tcp);
    const commands = Array.from({ length: 300 }, () =>
      hub.broker.command("gw-1", "e1", "rebirth", Buffer.alloc(64 * 1024)).catch(() => undefined),
    );
    for (let n = 0; n < 20; n++) await good.serve();
    await Promise.all(commands);
    await until(() => hub.broker.figures().refused.frozen > 0, "closed as frozen", 15_000);
    expect(hub.broker.figures()).toMatchObject({ connections: 1, refused: { frozen: 1 } });
  });

  test("that drips its CONNECT is closed at the deadline", async () => {
    const hub = await startHub({ limits: { connectDeadline: 150 } });
    const slow = await rawClient(hub.ports.tcp);
    const bytes = mqttPacket.generate(connectPacket());
    for (const byte of bytes) {
      if (slow.socket.destroyed) break;
      slow.socket.write(Buffer.from([byte]));
      await sleep(20);
    }
    await slow.closed;
    expect(hub.broker.figures().refused["connect-deadline"]).toBe(1);
  });

  test("that never finishes a packet is closed, though each byte comes in time", async () => {
    const hub = await startHub({ limits: { packetDeadline: 150 } });
    const slow = await rawGateway(hub);
    const packet = mqttPacket.generate(publishPacket({ payload: Buffer.alloc(100) }));
    for (const byte of packet) {
      if (slow.socket.destroyed) break;
      slow.socket.write(Buffer.from([byte]));
      await sleep(20);
    }
    await slow.closed;
    expect(hub.broker.figures().refused["packet-deadline"]).toBe(1);
    expect(hub.accepted).toEqual([]);
  });

  test("that stops in the middle of a TLS or WebSocket handshake is closed", async () => {
    const hub = await startHub({ ws: { host: "127.0.0.1", port: 0 }, limits: { connectDeadline: 150 } });
    const socket = connectTcp({ host: "127.0.0.1", port: hub.ports.ws ?? 0 });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("data", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n");
    await closed;
    await until(() => hub.broker.figures().sockets === 0, "gone");
    expect(hub.broker.figures().connections).toBe(0);
  });

  test("that floods with CONNECTs is refused, the process lives, and memory stays flat", async () => {
    const child = await startChild(temporaryDir());
    const good = await bystander(child.ports.tcp);
    const bad = mqttPacket.generate(connectPacket({ password: Buffer.from("no") }));
    const round = async (): Promise<void> => {
      const clients = await Promise.all(Array.from({ length: 100 }, () => rawClient(child.ports.tcp)));
      for (const { socket } of clients) socket.write(bad);
      await Promise.all(clients.map(({ closed }) => closed));
      await good.serve();
    };
    await round();
    const before = await child.figures();
    for (let n = 0; n < 8; n++) await round();
    const { refused, sockets } = await expectAlive(child, before, 60);
    expect(refused.credentials).toBe(900);
    expect(sockets).toBeLessThan(10);
  });

  test("that sends a second CONNECT, or oversized WebSocket frames, is closed", async () => {
    const hub = await startHub({ ws: { host: "127.0.0.1", port: 0 } });
    const twice = await rawGateway(hub);
    twice.send(connectPacket());
    await twice.closed;
    const socket = new WebSocket(`ws://127.0.0.1:${hub.ports.ws}`, ["mqtt"]);
    socket.on("error", () => undefined);
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(Buffer.alloc(MB));
    await new Promise((resolve) => socket.once("close", resolve));
    await until(() => hub.broker.figures().connections === 0, "both gone");
    expect(hub.broker.figures().refused).toMatchObject({ malformed: 1, "packet-too-large": 1 });
  });
});

describe("garbage", () => {
  const garbage = fc.uint8Array({ maxLength: 400 });
  /** Packets that are nearly right: a good header and nonsense behind it. */
  const packetLike = fc
    .tuple(fc.integer({ min: 0x10, max: 0xff }), fc.uint8Array({ maxLength: 120 }))
    .map(([header, body]) => Uint8Array.from([header, body.length, ...body]));
  const bytes = fc.oneof(
    garbage,
    packetLike,
    fc.array(packetLike).map((packets) => Buffer.concat(packets)),
  );

  test("property: before CONNECT and after it, the process lives and others are served", async () => {
    const child = await startChild(temporaryDir());
    const good = await bystander(child.ports.tcp);
    await good.serve();
    const before = await child.figures();
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), async (noise, connected) => {
        const client = await rawClient(child.ports.tcp);
        if (connected) {
          client.send(connectPacket());
          await client.next("connack");
        }
        client.socket.end(noise);
        await client.closed;
        await good.serve();
      }),
      { numRuns: 250 },
    );
    expect((await expectAlive(child, before, 60)).connections).toBeLessThan(10);
  }, 60_000);

  test("property: garbage in a WebSocket", async () => {
    const child = await startChild(temporaryDir());
    const good = await bystander(child.ports.tcp);
    await fc.assert(
      fc.asyncProperty(bytes, async (noise) => {
        const socket = new WebSocket(`ws://127.0.0.1:${child.ports.ws}`, ["mqtt"]);
        socket.on("error", () => undefined);
        const closed = new Promise((resolve) => socket.once("close", resolve));
        await new Promise((resolve) => socket.once("open", resolve));
        socket.send(noise);
        socket.close();
        await closed;
        await good.serve();
      }),
      { numRuns: 60 },
    );
    expect(child.running()).toBe(true);
  });

  test("property: any payload of a good gateway reaches accept byte for byte", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    let messageId = 0;
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (payload) => {
        messageId++;
        client.send(publishPacket({ topic: EVENT_TOPIC, payload: Buffer.from(payload), messageId }));
        await client.next("puback");
        expect(Buffer.compare(hub.accepted.at(-1)?.payload ?? Buffer.alloc(0), payload)).toBe(0);
      }),
    );
  });
});
