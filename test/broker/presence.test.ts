import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { readStatus } from "../../src/broker/presence.ts";
import { publishPacket, rawGateway, startHub, until } from "./harness.ts";

const STATUS = "estates/e1/gateways/gw-1/status";
const WILL = { topic: STATUS, payload: Buffer.from("offline"), qos: 1, retain: true };

describe("presence", () => {
  test("connect is online; DISCONNECT is offline", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub, { will: WILL });
    client.send({ cmd: "disconnect" });
    await until(() => hub.presence.length === 2, "offline");
    expect(hub.presence).toEqual(["gw-1 online connect", "gw-1 offline disconnect"]);
  });

  test("a lost connection is offline once, although its will says the same", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub, { will: WILL });
    client.socket.resetAndDestroy();
    await until(() => hub.presence.length === 2, "offline");
    await sleep(30);
    expect(hub.presence).toEqual(["gw-1 online connect", "gw-1 offline disconnect"]);
    expect(hub.accepted).toEqual([]);
  });

  test("a missed keepalive is offline and counted", async () => {
    const hub = await startHub();
    await rawGateway(hub, { keepalive: 1 });
    await until(() => hub.presence.length === 2, "offline");
    expect(hub.presence[1]).toBe("gw-1 offline disconnect");
    expect(hub.broker.figures().refused.keepalive).toBe(1);
  });

  test("a keepalive missed because the hub held the client up is not", async () => {
    const hub = await startHub({ limits: { shutdownDeadline: 50 } });
    const client = await rawGateway(hub, { keepalive: 1, will: WILL });
    hub.hold = new Promise(() => undefined);
    client.send(publishPacket());
    await client.closed;
    await sleep(30);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    expect(hub.broker.figures().refused.keepalive).toBe(0);
  });

  test("a gateway is online while any of its clients is", async () => {
    const hub = await startHub();
    const one = await rawGateway(hub);
    const two = await rawGateway(hub, { clientId: "gw-1.b" });
    one.send({ cmd: "disconnect" });
    await one.closed;
    await sleep(30);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    two.send({ cmd: "disconnect" });
    await until(() => hub.presence.length === 2, "offline");
  });

  test.for([
    ["online", "online"],
    ["offline", "offline"],
    ["1", "online"],
    ["0", "offline"],
  ])("status %s is kept before it is acknowledged", async ([payload, status]) => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    await until(() => hub.presence.length === 1, "connected");
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    client.send(publishPacket({ topic: STATUS, payload, retain: true }));
    await until(() => hub.presence.length === 2, "kept");
    await sleep(20);
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    release();
    await client.next("puback");
    expect(hub.presence[1]).toBe(`gw-1 ${status} status`);
    expect(hub.accepted).toEqual([]);
  });

  test("a status nobody can read goes the way of a message, to become a dead letter", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    client.send(publishPacket({ topic: STATUS, payload: "perhaps" }));
    await client.next("puback");
    expect(hub.accepted[0]?.route).toEqual({ kind: "status", estateId: "e1", gatewayId: "gw-1" });
    expect(readStatus(Buffer.from(" Online\n"))).toBe("online");
    expect(readStatus(Buffer.alloc(100))).toBeUndefined();
  });

  test("the will of a bridged device is a message like any other", async () => {
    const hub = await startHub();
    const topic = "estates/e1/bridges/gw-1/zigbee2mqtt/bridge/state";
    const client = await rawGateway(hub, { will: { ...WILL, topic } });
    client.socket.resetAndDestroy();
    await until(() => hub.accepted.length === 1, "the will");
    expect(hub.accepted[0]).toMatchObject({ retained: true, payload: Buffer.from("offline") });
  });

  test("a will that cannot be kept, or is not allowed any more, hurts nobody", async () => {
    const hub = await startHub({}, { accepts: () => Promise.reject(new Error("bug")) });
    const topic = "estates/e1/bridges/gw-1/bridge/state";
    const one = await rawGateway(hub, { will: { ...WILL, topic } });
    one.socket.resetAndDestroy();
    await until(() => hub.accepted.length === 1, "the will was tried");
    const two = await rawGateway(hub, { will: { ...WILL, topic } });
    hub.auth.grant("gw-1", "secret-1", "e5");
    two.socket.resetAndDestroy();
    await until(() => hub.broker.figures().connections === 0, "closed");
    await sleep(20);
    expect(hub.accepted).toHaveLength(1);
    expect(hub.broker.figures().pending).toBe(0);
  });

  test("a gateway the hub cut off is offline only when it does not come back in time", async () => {
    const hub = await startHub({ limits: { returnGrace: 150 } });
    const client = await rawGateway(hub);
    client.send(publishPacket({ topic: "estates/e9/devices/d/events" }));
    await client.closed;
    await sleep(50);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    await until(() => hub.presence.length === 2, "silence");
    expect(hub.presence[1]).toBe("gw-1 offline silence");
  });

  test("and is not, when it does", async () => {
    const hub = await startHub({ limits: { returnGrace: 100 } });
    const client = await rawGateway(hub);
    client.send(publishPacket({ topic: "estates/e9/devices/d/events" }));
    await client.closed;
    await rawGateway(hub);
    await sleep(250);
    expect(hub.presence).toEqual(["gw-1 online connect", "gw-1 online connect"]);
  });

  test("a change of presence that cannot be kept is no end of the process", async () => {
    const hub = await startHub({}, { acceptPresence: () => Promise.reject(new Error("bug")) });
    const client = await rawGateway(hub);
    client.send(publishPacket());
    await client.next("puback");
    expect(hub.broker.figures().pending).toBe(0);
  });
});
