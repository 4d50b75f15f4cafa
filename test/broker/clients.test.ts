import { readFileSync } from "node:fs";
import { request } from "node:http";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { EVENT_TOPIC, gateway, makeCertificates, rawClient, startHub, until } from "./harness.ts";

const host = "127.0.0.1";
const listen = { host, port: 0 };

describe("mqtt.js", () => {
  test("over TCP, WebSocket, TLS and secure WebSocket", async () => {
    const { cert, key, ca } = makeCertificates();
    const secure = { ...listen, cert, key };
    const hub = await startHub({ ws: listen, tls: secure, wss: secure });
    const { ports } = hub;
    const urls = [
      `mqtt://${host}:${ports.tcp}`,
      `ws://${host}:${ports.ws}`,
      `ws://${host}:${ports.ws}/mqtt`,
      `mqtts://${host}:${ports.tls}`,
      `wss://${host}:${ports.wss}`,
    ];
    for (const [n, url] of urls.entries()) {
      const client = await gateway(hub, { clientId: `gw-1.${n}`, ca: readFileSync(ca) }, url);
      const body = url + "x".repeat(100_000);
      await client.publishAsync(EVENT_TOPIC, body, { qos: 1 });
      expect(hub.accepted.at(-1)?.payload.length).toBe(body.length);
      await client.publishAsync(EVENT_TOPIC, url, { qos: 2 });
      await client.endAsync();
    }
    expect(hub.accepted).toHaveLength(urls.length * 2);
    await until(() => hub.broker.figures().sockets === 0, "all sockets are gone");
  });

  test("reconnects with its session and sends again what was not acknowledged", async () => {
    const hub = await startHub();
    const client = await gateway(hub, { clean: false, reconnectPeriod: 50 });
    let release = (): void => undefined;
    hub.hold = new Promise((resolve) => (release = resolve));
    const published = client.publishAsync(EVENT_TOPIC, '{"id":1}', { qos: 1 });
    await until(() => hub.accepted.length === 1, "handed on");
    hub.broker.suspend("test");
    hub.hold = undefined;
    await hub.broker.resume();
    await published;
    release();
    expect(hub.accepted.map(({ payload }) => payload.toString())).toEqual(['{"id":1}', '{"id":1}']);
  });
});

describe("mTLS", () => {
  test("the certificate's name is the gateway; no password is needed, the client id must fit", async () => {
    const { ca, cert, key, clientCert, clientKey } = makeCertificates();
    const mutual = { ...listen, cert, key, ca };
    const hub = await startHub({ tls: mutual, wss: mutual });
    const identity = {
      ca: readFileSync(ca),
      cert: readFileSync(clientCert),
      key: readFileSync(clientKey),
      username: undefined,
      password: undefined,
    } as never as object;
    for (const url of [`mqtts://${host}:${hub.ports.tls}`, `wss://${host}:${hub.ports.wss}`]) {
      const client = await gateway(hub, identity, url);
      await client.publishAsync(EVENT_TOPIC, "{}", { qos: 1 });
      await client.endAsync();
    }
    expect(hub.accepted.map(({ gatewayId }) => gatewayId)).toEqual(["gw-1", "gw-1"]);
    const url = `mqtts://${host}:${hub.ports.tls}`;
    await expect(gateway(hub, { ...identity, clientId: "gw-2" }, url)).rejects.toThrow(/dentifier/);
    hub.auth.revoke("gw-1");
    await expect(gateway(hub, identity, url)).rejects.toThrow(/Bad username or password/);
  });

  test("no certificate, or one of a stranger, gets nowhere even with a good password", async () => {
    const { ca, cert, key, strangerCert, strangerKey } = makeCertificates();
    const hub = await startHub({ tls: { ...listen, cert, key, ca } });
    const url = `mqtts://${host}:${hub.ports.tls}`;
    await expect(gateway(hub, { ca: readFileSync(ca) }, url)).rejects.toThrow(
      /certificate required|closed|reset/i,
    );
    const stranger = {
      ca: readFileSync(ca),
      cert: readFileSync(strangerCert),
      key: readFileSync(strangerKey),
    };
    await expect(gateway(hub, stranger, url)).rejects.toThrow(/unknown ca|closed|reset/i);
    expect(hub.presence).toEqual([]);
    expect(hub.broker.figures().refused.tls).toBe(2);
  });

  test("a socket counts before its handshake, and one that never finishes it is closed", async () => {
    const { cert, key } = makeCertificates();
    const tls = { ...listen, cert, key };
    const hub = await startHub({ tls, maxConnections: 1, limits: { connectDeadline: 150 } });
    const silent = await rawClient(hub.ports.tls);
    await until(() => hub.broker.figures().sockets === 1, "counted");
    await (
      await rawClient(hub.ports.tls)
    ).closed;
    await silent.closed;
    await until(() => hub.broker.figures().sockets === 0, "closed at the deadline");
    expect(hub.broker.figures().refused).toMatchObject({ "connection-limit": 1, tls: 1 });
    await (await gateway(hub, { rejectUnauthorized: false }, `mqtts://${host}:${hub.ports.tls}`)).endAsync();
  });

  test("old TLS is refused", async () => {
    const { cert, key } = makeCertificates();
    const hub = await startHub({ tls: { ...listen, cert, key } });
    const socket = connectTls({
      host,
      port: hub.ports.tls ?? 0,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      rejectUnauthorized: false,
    });
    await expect(new Promise((_resolve, reject) => socket.once("error", reject))).rejects.toThrow(
      /version|protocol/i,
    );
    expect(hub.presence).toEqual([]);
  });
});

describe("the WebSocket listener", () => {
  test("answers 426 to plain HTTP and 400 to another subprotocol", async () => {
    const hub = await startHub({ ws: listen });
    const status = await new Promise((resolve) => {
      request({ host, port: hub.ports.ws }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(426);
    const socket = new WebSocket(`ws://${host}:${hub.ports.ws}`, ["chat"]);
    await expect(new Promise((_resolve, reject) => socket.once("error", reject))).rejects.toThrow("400");
    expect(hub.broker.figures().refused["not-mqtt"]).toBe(2);
  });

  test("does not let a web page in as anonymous", async () => {
    const anonymous = () => ({ gatewayId: "gw-1", estateIds: new Set(["e1"]) });
    const hub = await startHub({ ws: listen, anonymous });
    const url = `ws://${host}:${hub.ports.ws}`;
    const guest = { username: undefined, password: undefined } as never as object;
    await (await gateway(hub, guest, url)).endAsync();
    const page = { ...guest, wsOptions: { headers: { origin: "https://evil.example" } } };
    await expect(gateway(hub, page, url)).rejects.toThrow(/Bad username or password/);
  });
});
