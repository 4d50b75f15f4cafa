import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ClassicLevel } from "classic-level";
import { describe, expect, test } from "vitest";
import { startChild } from "./child-broker.ts";
import {
  connectPacket,
  publishPacket,
  rawClient,
  rawGateway,
  startHub,
  temporaryDir,
  until,
} from "./harness.ts";

const COMMANDS = "estates/e1/gateways/gw-1/commands/#";
const PERSISTENT = { clean: false };
const bytes = (text: string): Buffer => Buffer.from(text);

async function subscribe(client: Awaited<ReturnType<typeof rawGateway>>, ...topics: string[]) {
  const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
  client.send({ cmd: "subscribe", messageId: 1, subscriptions });
  return (await client.next("suback")).granted;
}

describe("a persistent session", () => {
  test("survives a restart: the subscription stands, and a command sent meanwhile is delivered once", async () => {
    const persistenceDir = temporaryDir();
    const first = await startHub({}, { persistenceDir });
    const before = await rawGateway(first, PERSISTENT);
    await subscribe(before, COMMANDS);
    before.send({ cmd: "disconnect" });
    await before.closed;
    await first.broker.close();

    const second = await startHub({}, { persistenceDir });
    await second.broker.command("gw-1", "e1", "rebirth", bytes("one"));
    await second.broker.close();

    const third = await startHub({}, { persistenceDir });
    await third.broker.command("gw-1", "e1", "rebirth", bytes("two"));
    const after = await rawGateway(third, PERSISTENT);
    expect(after.received[0]).toMatchObject({ cmd: "connack", sessionPresent: true });
    const got = [await after.next("publish"), await after.next("publish")];
    expect(got.map(({ payload }) => payload.toString()).toSorted()).toEqual(["one", "two"]);
    for (const { messageId } of got) after.send({ cmd: "puback", messageId: messageId ?? 0 });
    await sleep(50);
    after.send({ cmd: "disconnect" });
    await after.closed;

    const again = await rawGateway(third, PERSISTENT);
    await third.broker.command("gw-1", "e1", "rebirth", bytes("three"));
    expect((await again.next("publish")).payload.toString()).toBe("three");
  });

  test("survives kill -9", async () => {
    const dir = temporaryDir();
    const first = await startChild(dir);
    const before = await rawClient(first.ports.tcp);
    before.send(connectPacket(PERSISTENT));
    await before.next("connack");
    await subscribe(before, COMMANDS);
    before.socket.destroy();
    await sleep(50);
    await first.command("queued");
    await first.kill();

    const second = await startChild(dir);
    const after = await rawClient(second.ports.tcp);
    after.send(connectPacket(PERSISTENT));
    expect(await after.next("connack")).toMatchObject({ sessionPresent: true });
    expect((await after.next("publish")).payload.toString()).toBe("queued");
    await second.command("live");
    expect((await after.next("publish")).payload.toString()).toBe("live");
  });

  test("does not include the will, which a hub that was killed would leave to the next to publish", async () => {
    const dir = temporaryDir();
    const first = await startChild(dir);
    const client = await rawClient(first.ports.tcp);
    const topic = "estates/e1/bridges/gw-1/bridge/state";
    const will = { topic, payload: bytes("offline"), qos: 1, retain: false };
    client.send(connectPacket({ ...PERSISTENT, will }));
    await client.next("connack");
    await subscribe(client, COMMANDS);
    await first.kill();
    const db = new ClassicLevel(dir);
    const keys = await db.keys().all();
    await db.close();
    expect(keys).toEqual([`subscriptions:gw-1:${COMMANDS}`]);
  });

  test("keeps no subscription that was refused", async () => {
    const hub = await startHub();
    hub.auth.grant("gw-3", "secret-3", "e1");
    const client = await rawGateway(hub, PERSISTENT);
    expect(await subscribe(client, "#", COMMANDS, "estates/e1/gateways/gw-3/commands/#")).toEqual([
      128, 1, 128,
    ]);
    client.send({ cmd: "disconnect" });
    await client.closed;
    await hub.broker.command("gw-3", "e1", "rebirth", bytes("not for gw-1"));
    const after = await rawGateway(hub, PERSISTENT);
    await hub.broker.command("gw-1", "e1", "rebirth", bytes("for gw-1"));
    expect((await after.next("publish")).payload.toString()).toBe("for gw-1");
    expect(hub.broker.figures().refused.forward).toBe(0);
  });

  test("what was queued is not delivered after the estate was taken away", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub, PERSISTENT);
    await subscribe(client, COMMANDS);
    client.send({ cmd: "disconnect" });
    await client.closed;
    await hub.broker.command("gw-1", "e1", "rebirth", bytes("secret"));
    hub.auth.grant("gw-1", "secret-1", "e5");
    const after = await rawGateway(hub, PERSISTENT);
    after.send(publishPacket({ topic: "estates/e5/devices/d/events" }));
    await after.next("puback");
    await sleep(30);
    expect(after.received.map(({ cmd }) => cmd)).toEqual(["connack", "puback"]);
    expect(hub.broker.figures().refused.forward).toBe(1);
  });

  test("does not collect commands without end", async () => {
    const hub = await startHub({ limits: { queuedCommands: 3 } });
    const client = await rawGateway(hub, PERSISTENT);
    await subscribe(client, COMMANDS);
    client.send({ cmd: "disconnect" });
    await client.closed;
    for (let n = 0; n < 3; n++) await hub.broker.command("gw-1", "e1", "rebirth", bytes(`${n}`));
    await expect(hub.broker.command("gw-1", "e1", "rebirth", bytes("3"))).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    const after = await rawGateway(hub, PERSISTENT);
    await until(() => after.received.filter(({ cmd }) => cmd === "publish").length === 3, "the three");
  });
});

describe("the session store", () => {
  test("that cannot be read is set aside, and the broker starts", async () => {
    const persistenceDir = temporaryDir();
    mkdirSync(persistenceDir, { recursive: true });
    writeFileSync(join(persistenceDir, "CURRENT"), "garbage");
    const hub = await startHub({}, { persistenceDir });
    const client = await rawGateway(hub, PERSISTENT);
    client.send(publishPacket());
    await client.next("puback");
    const beside = readdirSync(dirname(persistenceDir));
    expect(beside.filter((name) => name.startsWith("sessions.unreadable-"))).toHaveLength(1);
  });

  test("that another process uses is left alone", async () => {
    const hub = await startHub();
    await expect(startHub({}, { persistenceDir: hub.dir })).rejects.toMatchObject({
      cause: { code: "LEVEL_LOCKED" },
    });
  });
});
