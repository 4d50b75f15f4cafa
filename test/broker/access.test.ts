import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { maySubscribe, ownsClientId, routeOf } from "../../src/broker/acl.ts";
import {
  connectPacket,
  EVENT_TOPIC,
  gateway,
  publishPacket,
  rawClient,
  rawGateway,
  startHub,
  until,
} from "./harness.ts";

const COMMANDS = "estates/e1/gateways/gw-1/commands/#";
const OWN_WILL = {
  topic: "estates/e1/gateways/gw-1/status",
  payload: Buffer.from("offline"),
  qos: 1,
  retain: true,
};

/** The CONNACK code a CONNECT gets; undefined when the connection is closed without one. */
async function answerTo(hub: Awaited<ReturnType<typeof startHub>>, overrides: object) {
  const client = await rawClient(hub.ports.tcp);
  client.send(connectPacket(overrides));
  await client.closed;
  const connack = client.received.find(({ cmd }) => cmd === "connack");
  return connack?.cmd === "connack" ? connack.returnCode : undefined;
}

describe("who may connect", () => {
  test.for([
    ["wrong password", { password: Buffer.from("nope") }, 4, "credentials"],
    ["unknown gateway", { username: "gw-9", clientId: "gw-9" }, 4, "credentials"],
    ["no credentials", { username: undefined, password: undefined }, 4, "credentials"],
    ["empty client id", { clientId: "" }, undefined, "client-id"],
    ["a foreign client id", { clientId: "gw-2" }, 2, "client-id"],
    ["a client id that only begins alike", { clientId: "gw-12" }, 2, "client-id"],
    ["a client id with odd characters", { clientId: "gw-1.\u0000x" }, 2, "client-id"],
    [
      "a will for a foreign estate",
      { will: { ...OWN_WILL, topic: "estates/e2/devices/d/events" } },
      5,
      "will-topic",
    ],
    [
      "a will for a foreign gateway",
      { will: { ...OWN_WILL, topic: "estates/e1/gateways/gw-2/status" } },
      5,
      "will-topic",
    ],
    ["no keepalive", { keepalive: 0 }, 6, "malformed"],
  ] as const)("%s is refused", async ([, overrides, returnCode, reason]) => {
    const hub = await startHub();
    expect(await answerTo(hub, overrides)).toBe(returnCode);
    expect(hub.broker.figures().refused[reason]).toBe(1);
    expect(hub.presence).toEqual([]);
  });

  test("the gateway id, and the id with a suffix, are good client ids, side by side", async () => {
    const hub = await startHub();
    const one = await rawGateway(hub);
    const two = await rawGateway(hub, { clientId: "gw-1.cameras" });
    one.send(publishPacket());
    two.send(publishPacket());
    await Promise.all([one.next("puback"), two.next("puback")]);
    expect(ownsClientId("gw-1", "gw-1.")).toBe(true);
    expect(ownsClientId("gw-1", "gw-10.x")).toBe(false);
  });

  test("repeated failures are throttled before a password is looked at; others log in", async () => {
    const hub = await startHub({ limits: { failuresPerGateway: 3 } });
    for (let i = 0; i < 3; i++) expect(await answerTo(hub, { password: Buffer.from("x") })).toBe(4);
    const { verified } = hub.auth;
    expect(await answerTo(hub, {})).toBe(3);
    expect(hub.auth.verified).toBe(verified);
    expect(hub.broker.figures().refused.throttled).toBe(1);
    await rawGateway(hub, { clientId: "gw-2", username: "gw-2", password: Buffer.from("secret-2") });
  });

  test("an authenticator that fails or does not answer is `server unavailable`", async () => {
    const hub = await startHub({ limits: { verifyDeadline: 50 } });
    hub.auth.verify = () => Promise.reject(new Error("store is away"));
    expect(await answerTo(hub, {})).toBe(3);
    hub.auth.verify = () => new Promise(() => undefined);
    expect(await answerTo(hub, {})).toBe(3);
    expect(hub.broker.figures().refused.unavailable).toBe(2);
  });

  test("connections are limited in all, per gateway, and per address while unauthenticated", async () => {
    const hub = await startHub({
      maxConnections: 4,
      limits: { connectionsPerGateway: 2, unauthenticatedPerAddress: 2 },
    });
    await rawGateway(hub);
    await rawGateway(hub, { clientId: "gw-1.b" });
    expect(await answerTo(hub, { clientId: "gw-1.c" })).toBe(3);
    await until(() => hub.broker.figures().sockets === 2, "the third socket is gone");
    const silent = [await rawClient(hub.ports.tcp), await rawClient(hub.ports.tcp)];
    await until(() => hub.broker.figures().sockets === 4, "two silent sockets");
    await (
      await rawClient(hub.ports.tcp)
    ).closed;
    for (const client of silent) client.socket.destroy();
    await until(() => hub.broker.figures().sockets === 2, "the silent sockets are gone");
    await rawGateway(hub, { clientId: "gw-2", username: "gw-2", password: Buffer.from("secret-2") });
    await rawClient(hub.ports.tcp);
    const { refused } = hub.broker.figures();
    expect(refused["connection-limit"]).toBe(1);
    expect(refused["gateway-limit"]).toBe(1);
  });

  test("unauthenticated sockets of one address are limited", async () => {
    const hub = await startHub({ limits: { unauthenticatedPerAddress: 2 } });
    await rawClient(hub.ports.tcp);
    await rawClient(hub.ports.tcp);
    await (
      await rawClient(hub.ports.tcp)
    ).closed;
    expect(hub.broker.figures().refused["address-limit"]).toBe(1);
  });
});

describe("anonymous access", () => {
  const anonymous = () => ({ gatewayId: "demo", estateIds: new Set(["e1"]) });

  test("is possible on loopback when it is asked for", async () => {
    const hub = await startHub({ anonymous });
    const client = await rawGateway(hub, { clientId: "demo.1", username: undefined, password: undefined });
    client.send(publishPacket());
    await client.next("puback");
    expect(hub.accepted[0]?.gatewayId).toBe("demo");
    expect(await answerTo(hub, { clientId: "demo.2", password: Buffer.from("wrong") })).toBe(4);
  });

  test.for(["0.0.0.0", "::", "192.168.1.5", "hub.example.org"])(
    "is refused together with a listener on %s",
    async (host) => {
      const tcp = { host, port: 0 };
      await expect(startHub({ anonymous, tcp })).rejects.toMatchObject({
        code: "VALIDATION",
        faults: [{ field: "mqtt.tcp.host" }],
      });
    },
  );
});

describe("what a gateway may publish", () => {
  test.for([
    ["a foreign estate", "estates/e2/devices/d/events", "foreign-estate"],
    ["a foreign gateway's bridge", "estates/e1/bridges/gw-2/zigbee2mqtt/x", "foreign-gateway"],
    ["a foreign gateway's status", "estates/e1/gateways/gw-2/status", "foreign-gateway"],
    ["an unknown form", "zigbee2mqtt/front-door", "unknown-topic"],
    ["the broker's own topics", "$SYS/x/new/clients", "unknown-topic"],
    ["a command", "estates/e1/gateways/gw-1/commands/reboot", "unknown-topic"],
    ["a NUL", "estates/e1/bridges/gw-1/a\u0000b", "unknown-topic"],
    ["many levels", "estates/e1/bridges/gw-1/" + "a/".repeat(50), "malformed"],
    ["a wildcard", "estates/e1/bridges/gw-1/#", "malformed"],
  ] as const)("%s closes the connection without PUBACK and without the will", async ([, topic, reason]) => {
    const hub = await startHub();
    const client = await rawGateway(hub, {
      will: {
        topic: "estates/e1/bridges/gw-1/bridge/state",
        payload: Buffer.from("offline"),
        qos: 1,
        retain: false,
      },
    });
    client.send(publishPacket({ topic }));
    await client.closed;
    await until(() => hub.broker.figures().connections === 0, "closed");
    await sleep(20);
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect(hub.broker.figures().refused[reason]).toBe(1);
    expect(hub.accepted).toEqual([]);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
  });

  test("a topic that is not UTF-8 is refused", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    const topic = Buffer.concat([Buffer.from("estates/e1/bridges/gw-1/"), Buffer.from([0xff, 0xfe])]);
    const length = Buffer.from([0, topic.length]);
    client.socket.write(
      Buffer.concat([Buffer.from([0x32, topic.length + 4]), length, topic, Buffer.from([0, 1])]),
    );
    await client.closed;
    expect(hub.broker.figures().refused["unknown-topic"]).toBe(1);
  });

  test("rights taken away while connected count for the next message and close the session", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    client.send(publishPacket());
    await client.next("puback");
    hub.auth.grant("gw-1", "secret-1", "e5");
    client.send(publishPacket({ messageId: 2 }));
    await client.closed;
    expect(hub.accepted).toHaveLength(1);
    expect(hub.broker.figures().refused["foreign-estate"]).toBe(1);
  });

  test("a revoked gateway is cut off without publishing, and is offline", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub, { will: OWN_WILL });
    hub.auth.revoke("gw-1");
    await client.closed;
    expect(hub.broker.figures().refused.revoked).toBe(1);
    await until(() => hub.presence.length === 2, "offline");
    expect(hub.presence).toEqual(["gw-1 online connect", "gw-1 offline disconnect"]);
    expect(await answerTo(hub, {})).toBe(4);
  });

  test("many topics do not outgrow the memory for them", async () => {
    const hub = await startHub();
    const client = await gateway(hub);
    for (let n = 0; n < 1_100; n++) {
      client.publish(`estates/e1/devices/d-${n}/events`, "{}", { qos: 1 });
    }
    await client.publishAsync(EVENT_TOPIC, "{}", { qos: 1 });
    expect(new Set(hub.accepted.map(({ route }) => JSON.stringify(route))).size).toBe(1_101);
  });
});

describe("what a gateway may subscribe to", () => {
  test("its commands, and nothing else; refusals are told by SUBACK", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    const wanted = [
      COMMANDS,
      "estates/e1/gateways/gw-1/commands/rebirth",
      "#",
      "+/+/+/+/+/+",
      "$SYS/#",
      `$share/group/${COMMANDS}`,
      "estates/e1/#",
      "estates/e1/gateways/gw-2/commands/#",
      "estates/e2/gateways/gw-1/commands/#",
      "estates/e1/gateways/+/commands/#",
      "$hub/sink",
    ];
    client.send({
      cmd: "subscribe",
      messageId: 1,
      subscriptions: wanted.map((topic) => ({ topic, qos: 1 })),
    });
    const { granted } = await client.next("suback");
    expect(granted).toEqual([1, 1, ...Array.from({ length: wanted.length - 2 }, () => 128)]);
    expect(hub.broker.figures().refused.subscription).toBe(wanted.length - 2);
    await hub.broker.command("gw-1", "e1", "rebirth", Buffer.from("now"));
    expect(await client.next("publish")).toMatchObject({
      topic: "estates/e1/gateways/gw-1/commands/rebirth",
      payload: Buffer.from("now"),
      qos: 1,
    });
  });

  test("no more than a few subscriptions", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    const subscriptions = Array.from({ length: 40 }, (_, n) => ({
      topic: `estates/e1/gateways/gw-1/commands/c${n}`,
      qos: 1 as const,
    }));
    client.send({ cmd: "subscribe", messageId: 1, subscriptions });
    const { granted } = await client.next("suback");
    expect(granted.filter((code) => code === 128)).toHaveLength(8);
  });

  test("nothing it is told reaches a gateway after it lost the estate", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub);
    client.send({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: COMMANDS, qos: 1 }] });
    await client.next("suback");
    hub.auth.grant("gw-1", "secret-1", "e5");
    await expect(hub.broker.command("gw-1", "e1", "rebirth", Buffer.from("x"))).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(hub.broker.command("gw-1", "e5", "a/b", Buffer.from("x"))).rejects.toMatchObject({
      code: "VALIDATION",
      faults: [{ field: "name" }],
    });
  });
});

describe("taking over a client id", () => {
  test("another gateway cannot, and the session of the owner goes on", async () => {
    const hub = await startHub();
    const owner = await rawGateway(hub);
    expect(
      await answerTo(hub, { username: "gw-2", password: Buffer.from("secret-2"), clientId: "gw-1" }),
    ).toBe(2);
    owner.send(publishPacket());
    await owner.next("puback");
    expect(hub.presence).toEqual(["gw-1 online connect"]);
  });

  test("the gateway itself can, without a will and without an offline", async () => {
    const hub = await startHub();
    const bridgeWill = { ...OWN_WILL, topic: "estates/e1/bridges/gw-1/bridge/state" };
    const old = await rawGateway(hub, { will: bridgeWill });
    const young = await rawGateway(hub);
    await old.closed;
    young.send(publishPacket());
    await young.next("puback");
    expect(hub.accepted.map(({ route }) => route.kind)).toEqual(["native"]);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
  });

  test("many at once leave exactly one", async () => {
    const hub = await startHub();
    const clients = await Promise.all(Array.from({ length: 12 }, () => rawClient(hub.ports.tcp)));
    for (const client of clients) client.send(connectPacket());
    await until(() => hub.broker.figures().connections === 1, "one is left");
    await sleep(50);
    expect(hub.broker.figures().connections).toBe(1);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    const survivor = clients.find(({ socket }) => !socket.destroyed);
    survivor?.send(publishPacket());
    expect((await survivor?.next("puback"))?.messageId).toBe(1);
  });
});

describe("the rules by themselves", () => {
  const principal = { gatewayId: "gw-1", estateIds: new Set(["e1"]) };

  test("routes", () => {
    expect(routeOf("estates/e1/bridges/gw-1/a/b", "gw-1")).toMatchObject({ kind: "bridge", path: "a/b" });
    expect(routeOf("estates/e1/bridges/gw-2/a", "gw-1")).toBe("foreign-gateway");
    expect(routeOf("", "gw-1")).toBe("unknown-topic");
  });

  test("subscriptions", () => {
    expect(maySubscribe("estates/e1/gateways/gw-1/commands/+", principal)).toBe(true);
    expect(maySubscribe("estates/e1/gateways/gw-1/commands/a/b", principal)).toBe(false);
    expect(maySubscribe("estates/e1/gateways/gw-1/commands/a#", principal)).toBe(false);
    expect(maySubscribe("estates/e1/gateways/gw-1/commands", principal)).toBe(false);
    expect(maySubscribe("estates/e1/bridges/gw-1/spBv1.0/+/NCMD/+", principal)).toBe(true);
    expect(maySubscribe("estates/e1/bridges/gw-2/#", principal)).toBe(false);
    expect(maySubscribe("estates/e2/bridges/gw-1/#", principal)).toBe(false);
    expect(maySubscribe("estates/+/bridges/gw-1/#", principal)).toBe(false);
    expect(maySubscribe("estates/e1/bridges/gw-1", principal)).toBe(false);
  });
});
