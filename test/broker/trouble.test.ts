import { connect as connectTcp, createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { publishPacket, rawClient, rawGateway, startHub, temporaryDir, until } from "./harness.ts";

const WILL = {
  topic: "estates/e1/bridges/gw-1/bridge/state",
  payload: Buffer.from("offline"),
  qos: 1,
  retain: false,
};

function refused(port: number | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host: "127.0.0.1", port: port ?? 0 });
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

describe("a journal in trouble", () => {
  test("for long: everything is closed on purpose, quietly, and opened again when it writes", async () => {
    const hub = await startHub({ limits: { faultPatience: 100, shutdownDeadline: 50 } });
    const client = await rawGateway(hub, { will: WILL });
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    client.send(publishPacket());
    await until(() => hub.accepted.length === 1, "handed on");
    hub.health.fault = { since: Date.now(), message: "ENOSPC" };
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
    expect(hub.broker.figures()).toMatchObject({
      state: "suspended",
      suspension: { reason: "journal: ENOSPC" },
      connections: 0,
    });
    expect(await refused(hub.ports.tcp)).toBe(true);
    await sleep(30);
    expect(hub.accepted).toHaveLength(1);
    expect(hub.presence).toEqual(["gw-1 online connect"]);

    hub.hold = undefined;
    release();
    delete hub.health.fault;
    await until(() => hub.broker.figures().state === "listening", "listening again");
    expect(hub.broker.figures().suspension).toBeUndefined();
    const again = await rawGateway(hub);
    again.send(publishPacket());
    await again.next("puback");
    await sleep(30);
    expect(hub.presence).toEqual(["gw-1 online connect", "gw-1 online connect"]);
  });

  test("for a moment: acknowledgements are held and nobody is cut off", async () => {
    const hub = await startHub({ limits: { faultPatience: 60_000 } });
    const client = await rawGateway(hub);
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    hub.health.fault = { since: Date.now(), message: "EIO" };
    client.send(publishPacket());
    await sleep(100);
    expect(hub.broker.figures().state).toBe("listening");
    delete hub.health.fault;
    release();
    await client.next("puback");
  });

  test("a gateway that does not return after it is called offline then, not before", async () => {
    const hub = await startHub({ limits: { returnGrace: 100 } });
    const client = await rawGateway(hub);
    hub.broker.suspend("maintenance");
    await client.closed;
    await sleep(200);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    expect(hub.broker.figures()).toMatchObject({ state: "suspended", suspension: { reason: "maintenance" } });
    await hub.broker.resume();
    await until(() => hub.presence.length === 2, "silence");
    expect(hub.presence[1]).toBe("gw-1 offline silence");
  });

  test("a port that was taken meanwhile is tried again", async () => {
    const hub = await startHub({ limits: { faultPatience: 10 } });
    hub.health.fault = { since: 0, message: "EIO" };
    await until(() => hub.broker.figures().state === "suspended", "suspended");
    const squatter = createServer().listen({ host: "127.0.0.1", port: hub.ports.tcp });
    await until(() => squatter.listening, "the port is taken");
    delete hub.health.fault;
    await sleep(80);
    expect(hub.broker.figures().state).toBe("suspended");
    squatter.close();
    await until(() => hub.broker.figures().state === "listening", "listening again");
    await rawGateway(hub);
  });
});

describe("closing", () => {
  test("waits until all is on disk and acknowledged; no will, nobody offline", async () => {
    const hub = await startHub();
    const client = await rawGateway(hub, { will: WILL });
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    for (let messageId = 1; messageId <= 50; messageId++) client.send(publishPacket({ messageId }));
    await until(() => hub.accepted.length === 50, "handed on");
    const closed = hub.broker.close();
    await sleep(50);
    expect(await refused(hub.ports.tcp)).toBe(true);
    client.send(publishPacket({ messageId: 51 }));
    await sleep(30);
    expect(client.socket.destroyed).toBe(false);
    release();
    await closed;
    await client.closed;
    expect(client.received.filter(({ cmd }) => cmd === "puback")).toHaveLength(50);
    expect(hub.accepted).toHaveLength(50);
    expect(hub.presence).toEqual(["gw-1 online connect"]);
    expect(hub.broker.figures()).toMatchObject({ state: "closed", connections: 0, sockets: 0, pending: 0 });
  });

  test("takes nothing more from anybody while it waits", async () => {
    const hub = await startHub({ limits: { highMark: 4, lowMark: 2 } });
    const busy = await rawGateway(hub);
    const idle = await rawGateway(hub, {
      clientId: "gw-2",
      username: "gw-2",
      password: Buffer.from("secret-2"),
    });
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    for (let messageId = 1; messageId <= 20; messageId++) busy.send(publishPacket({ messageId }));
    await until(() => hub.accepted.length === 4, "the high mark");
    const closed = hub.broker.close();
    idle.send(publishPacket({ topic: "estates/e2/devices/d/events" }));
    await sleep(50);
    release();
    await Promise.all([closed, idle.closed, busy.closed]);
    expect(hub.accepted).toHaveLength(4);
    expect(busy.received.filter(({ cmd }) => cmd === "puback")).toHaveLength(4);
  });

  test("does not wait for ever, and acknowledges nothing that is not on disk", async () => {
    const hub = await startHub({ limits: { shutdownDeadline: 50 } });
    const client = await rawGateway(hub);
    hub.hold = new Promise(() => undefined);
    client.send(publishPacket());
    await until(() => hub.accepted.length === 1, "handed on");
    await hub.broker.close();
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(["connack"]);
  });

  test("can be asked for twice, with a client in the middle of connecting, and a silent one", async () => {
    const hub = await startHub();
    hub.auth.verify = () => sleep(100, undefined);
    const half = await rawClient(hub.ports.tcp);
    half.socket.write(Buffer.from([0x10, 0x20, 0x00]));
    const silent = await rawClient(hub.ports.tcp);
    const [first, second] = [hub.broker.close(), hub.broker.close()];
    expect(first).toBe(second);
    await Promise.all([first, half.closed, silent.closed]);
  });
});

describe("listening", () => {
  test("on a port that is taken is a clear error, and no other listener stays open", async () => {
    const squatter = createServer().listen({ host: "127.0.0.1", port: 0 });
    await until(() => squatter.listening, "the port is taken");
    const { port } = squatter.address() as AddressInfo;
    await expect(startHub({ ws: { host: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      faults: [{ field: "mqtt.ws", reason: expect.stringContaining("EADDRINUSE") }],
    });
    squatter.close();
  });

  test.for(["cert", "key", "ca"])("with a %s that cannot be read names the field", async (name) => {
    const missing = temporaryDir();
    const files = { cert: import.meta.filename, key: import.meta.filename, [name]: missing };
    await expect(startHub({ tls: { host: "127.0.0.1", port: 0, ...files } })).rejects.toMatchObject({
      code: "VALIDATION",
      faults: [{ field: `mqtt.tls.${name}`, reason: expect.stringContaining("ENOENT") }],
    });
  });

  test("with files that are no certificates names the listener", async () => {
    const cert = import.meta.filename;
    const wss = { host: "127.0.0.1", port: 0, cert, key: cert };
    await expect(startHub({ wss })).rejects.toMatchObject({
      code: "VALIDATION",
      faults: [{ field: "mqtt.wss" }],
    });
  });
});
