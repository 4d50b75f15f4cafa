/**
 * What the hub's promises rest on inside Aedes. None of this is documented, so an upgrade that changes it
 * has to turn this file red before it can lose an event.
 */
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Aedes, type AedesOptions, type Client, type PublishPacket } from "aedes";
import { describe, expect, onTestFinished, test } from "vitest";
import hubPackage from "../../package.json" with { type: "json" };
import { connectPacket, publishPacket, rawClient, until } from "./harness.ts";

async function startAedes(options: AedesOptions) {
  const aedes = await Aedes.createBroker({ concurrency: 0, ...options });
  const server = createServer((socket) => aedes.handle(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    aedes.close();
  });
  const open = () => rawClient((server.address() as AddressInfo).port);
  const connect = async (overrides: object = {}) => {
    const client = await open();
    client.send(connectPacket(overrides));
    await client.next("connack");
    return client;
  };
  return { aedes, connect, open };
}

const WILL = { topic: "will", payload: Buffer.from("gone"), qos: 1, retain: false };

describe("Aedes", () => {
  test("is pinned, and not older than the floor of its advisories", () => {
    const pinned = hubPackage.dependencies.aedes;
    expect(Reflect.get(new Aedes(), "version")).toBe(pinned);
    const [major = 0, minor = 0] = pinned.split(".").map(Number);
    expect(major * 1_000 + minor).toBeGreaterThanOrEqual(1_002);
  });

  test("writes the PUBACK after authorizePublish called back, and before the published hook", async () => {
    const order: string[] = [];
    let allow = (): void => undefined;
    const { connect } = await startAedes({
      authorizePublish: (_client, _packet, done) => {
        order.push("authorize");
        allow = () => done(null);
      },
      published: (packet, _client, done) => {
        if (packet.topic === "t") order.push("published");
        done(null);
      },
    });
    const client = await connect();
    client.socket.on("data", () => order.push("puback"));
    client.send(publishPacket({ topic: "t" }));
    await until(() => order.length === 1, "authorize");
    await sleep(30);
    expect(order).toEqual(["authorize"]);
    allow();
    await client.next("puback");
    expect(order.slice(0, 1)).toEqual(["authorize"]);
    expect(order).toContain("puback");
  });

  test("hands on all publishes it has read before the first is answered", async () => {
    const waiting: (() => void)[] = [];
    const { connect } = await startAedes({
      authorizePublish: (_client, _packet, done) => void waiting.push(() => done(null)),
    });
    const client = await connect();
    for (let messageId = 1; messageId <= 50; messageId++) client.send(publishPacket({ messageId }));
    await until(() => waiting.length === 50, "all waiting");
    for (const allow of waiting) allow();
    await until(() => client.received.length >= 51, "all answered");
    expect(client.received.filter(({ cmd }) => cmd === "puback")).toHaveLength(50);
  });

  test("delivers to nobody what was sent to the sink, and stores no retained message of it", async () => {
    const { aedes, connect } = await startAedes({
      authorizePublish: (_client, packet, done) => {
        packet.topic = "$hub/sink";
        packet.retain = false;
        done(null);
      },
    });
    const listener = await connect({ clientId: "listener" });
    listener.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 1 }] });
    await listener.next("suback");
    const client = await connect();
    client.send(publishPacket({ topic: "t", retain: true }));
    await client.next("puback");
    await new Promise((resolve) =>
      aedes.publish(publishPacket({ topic: "control", retain: false }) as never, () => resolve(undefined)),
    );
    expect((await listener.next("publish")).topic).toBe("control");
    const late = await connect({ clientId: "late" });
    late.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 1 }] });
    await late.next("suback");
    await sleep(30);
    expect(late.received.map(({ cmd }) => cmd)).toEqual(["connack", "suback"]);
  });

  test("closes the connection when the hook errs, and hands the same will object to the hook", async () => {
    const seen: { client: Client | null; packet: PublishPacket }[] = [];
    let will: object | undefined;
    const { connect } = await startAedes({
      preConnect: (_client, packet, done) => {
        will = packet.will;
        done(null, true);
      },
      authorizePublish: (client, packet, done) => {
        seen.push({ client, packet });
        done(new Error("no"));
      },
    });
    const client = await connect({ will: WILL });
    client.send(publishPacket({ topic: "t" }));
    await client.closed;
    await until(() => seen.length === 2, "the will");
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect(seen[1]?.packet).toBe(will);
    expect(seen[1]?.client?.closed).toBe(true);
  });

  test("names what it closes a connection for as the counters expect", async () => {
    const { aedes, connect, open } = await startAedes({ connectTimeout: 50 });
    const silent = once(aedes, "connectionError");
    await open();
    expect(((await silent) as [Client, Error])[1].message).toBe("connect did not arrive in time");
    const dead = once(aedes, "clientError");
    await connect({ keepalive: 1 });
    expect(((await dead) as [Client, Error])[1].message).toBe("keep alive timeout");
  });
});
