import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { EVENT_TOPIC, gateway, publishPacket, rawGateway, startHub, until, within } from "./harness.ts";

describe("the promise to a gateway", () => {
  test("QoS 1: PUBACK comes after accept resolved, and not before", async () => {
    const hub = await startHub();
    const client = await gateway(hub);
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    const acknowledged = client.publishAsync(EVENT_TOPIC, '{"code":"life.sos"}', { qos: 1 });
    await until(() => hub.accepted.length === 1, "accepted");
    expect(await within(acknowledged, 100)).toBe("late");
    expect(hub.broker.figures().pending).toBeGreaterThan(0);
    release();
    expect(await within(acknowledged, 2_000)).not.toBe("late");
    expect(hub.accepted[0]).toMatchObject({
      transport: "mqtt",
      gatewayId: "gw-1",
      route: { kind: "native", estateId: "e1", deviceId: "door-1" },
      payload: Buffer.from('{"code":"life.sos"}'),
      retained: false,
    });
  });

  test("many publishes of one client wait together, and each is acknowledged once", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    for (let messageId = 1; messageId <= 100; messageId++) client.send(publishPacket({ messageId }));
    await until(() => hub.accepted.length === 100, "all handed on before the first is on disk");
    await sleep(30);
    expect(client.received.filter(({ cmd }) => cmd === "puback")).toHaveLength(0);
    release();
    await until(
      () => client.received.filter(({ cmd }) => cmd === "puback").length >= 100,
      "all acknowledged",
    );
    const ids = client.received.flatMap((packet) => (packet.cmd === "puback" ? [packet.messageId] : []));
    expect(new Set(ids).size).toBe(100);
    expect(ids).toHaveLength(100);
  });

  test("QoS 0 is accepted the same way, without an answer", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    client.send(publishPacket({ qos: 0, messageId: undefined }));
    await until(() => hub.accepted.length === 1, "accepted");
    await until(() => hub.broker.figures().pending === 0, "settled");
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
  });

  test("QoS 2: PUBREC comes after accept; the handshake completes, and a repeat is accepted again", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    client.send(publishPacket({ qos: 2, messageId: 9 }));
    await until(() => hub.accepted.length === 1, "accepted");
    await sleep(30);
    expect(client.received.some(({ cmd }) => cmd === "pubrec")).toBe(false);
    release();
    expect((await client.next("pubrec")).messageId).toBe(9);
    client.send(publishPacket({ qos: 2, messageId: 9, dup: true }));
    expect((await client.next("pubrec")).messageId).toBe(9);
    // Its event id makes the repeat harmless; the broker does not guess from DUP.
    expect(hub.accepted).toHaveLength(2);
    client.send({ cmd: "pubrel", messageId: 9 });
    expect((await client.next("pubcomp")).messageId).toBe(9);
  });

  test("a rejected accept is never acknowledged: the connection is closed and the reason counted", async () => {
    const hub = await startHub({}, { accepts: () => Promise.reject(new Error("bug")) });
    const client = await rawGateway(hub);
    client.send(publishPacket());
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect(hub.broker.figures().refused["accept-failed"]).toBe(1);
  });

  test("an accept that throws at once is the same, and others go on", async () => {
    const hub = await startHub(
      {},
      {
        accepts: ({ route }) => {
          if (route.kind === "native" && route.deviceId === "bad") throw new Error("bug");
          return Promise.resolve({ outcome: "events", events: 1 });
        },
      },
    );
    hub.auth.grant("gw-3", "secret-3", "e1");
    const other = await rawGateway(hub, { clientId: "gw-3", username: "gw-3", password: "secret-3" });
    const client = await rawGateway(hub);
    client.send(publishPacket({ topic: "estates/e1/devices/bad/events" }));
    await client.closed;
    other.send(publishPacket({ messageId: 4 }));
    expect((await other.next("puback")).messageId).toBe(4);
  });

  test("retained is passed on as a fact about the message", async () => {
    const hub = await startHub();
    const client = await gateway(hub);
    const topic = "estates/e1/bridges/gw-1/zigbee2mqtt/front-door";
    await client.publishAsync(topic, '{"contact":true}', { qos: 1, retain: true });
    expect(hub.accepted[0]).toMatchObject({
      retained: true,
      route: { kind: "bridge", path: "zigbee2mqtt/front-door" },
    });
  });

  test("reading stops at the high mark and goes on below the low mark", async () => {
    const hub = await startHub({ limits: { highMark: 16, lowMark: 4 } });
    const client = await rawGateway(hub);
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    for (let messageId = 1; messageId <= 500; messageId++) client.send(publishPacket({ messageId }));
    await until(() => hub.accepted.length === 16, "the high mark");
    await sleep(50);
    expect(hub.accepted).toHaveLength(16);
    hub.hold = undefined;
    release();
    await until(() => client.received.length === 501, "the rest");
    expect(hub.accepted).toHaveLength(500);
  });

  test("all reading stops while too many bytes wait for the disk, also of new clients", async () => {
    const hub = await startHub({ maxPendingBytes: 1_000_000 });
    const client = await rawGateway(hub);
    hub.health.pendingBytes = 1_000_000;
    client.send(publishPacket());
    await sleep(60);
    expect(hub.accepted).toHaveLength(0);
    // Above half of the bound nothing changes.
    hub.health.pendingBytes = 600_000;
    await sleep(60);
    expect(hub.accepted).toHaveLength(0);
    hub.health.pendingBytes = 400_000;
    await client.next("puback");
  });
});
