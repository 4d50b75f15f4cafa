import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Acceptance } from "../../src/ports.ts";
import { createBackoff } from "../../src/pull/backoff.ts";
import type { Trust } from "../../src/pull/source.ts";
import { TIMING } from "../../src/pull/timing.ts";
import { makeCertificate } from "../config/certificate.ts";
import { alert, hikvisionPart, startStreamDevice, type StreamDevice } from "./fake-stream-device.ts";
import { clearStage, eventually, setStage } from "./stage.ts";

const EVENTS: Acceptance = { outcome: "events", events: 1 };
let device: StreamDevice | undefined;
afterEach(async () => {
  await clearStage();
  await device?.close();
  device = undefined;
});

describe("a connection that ends", () => {
  test("what came before a reset is handed over, though the hub is slow; then it connects again", async () => {
    device = await startStreamDevice({ chunked: true });
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url) });
    stage.accept = async () => {
      await sleep(20);
      return EVENTS;
    };
    const read = await next;
    const alerts = Array.from({ length: 5 }, (_, index) => alert("IO", index));
    read.write(
      alerts.map((each) => hikvisionPart(each)).join("") + hikvisionPart(alert("VMD")).slice(0, -30),
    );
    await eventually(() => expect(stage.messages).toHaveLength(1));
    const again = device.nextReading();
    read.reset();
    await again;
    expect(stage.texts()).toEqual(alerts);
    expect(stage.pull.messages()).toEqual({ events: 5, truncated: 1 });
    expect(stage.pull.faults()).toEqual({ closed: 1 });
  });

  test.each([true, false])("a reset is no proper end, chunked or not (%s)", async (chunked) => {
    device = await startStreamDevice({ chunked });
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url) });
    const read = await next;
    read.write(hikvisionPart(alert("IO")) + hikvisionPart(alert("VMD"), { length: false }).slice(0, -40));
    await eventually(() => expect(stage.messages).toHaveLength(1));
    const again = device.nextReading();
    read.reset();
    await again;
    expect(stage.pull.messages()).toEqual({ events: 1, truncated: 1 });
    expect(stage.texts()).toEqual([alert("IO")]);
  });

  test("a proper end completes the last part, and is a reason to come back", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url) });
    const read = await next;
    const again = device.nextReading();
    read.write(hikvisionPart(alert("IO"), { length: false }));
    read.end();
    await again;
    expect(stage.texts()).toEqual([alert("IO")]);
    expect(stage.log()).toContain("the device ended the stream");
  });

  test("silence: the watchdog ends a stream that brings no byte, and not one that does", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url), silenceMs: 400 });
    const read = await next;
    for (let beat = 0; beat < 6; beat++) {
      read.write(hikvisionPart(alert("videoloss", 0)));
      await sleep(100);
    }
    expect(device.readings).toHaveLength(1);
    const again = device.nextReading();
    await again;
    expect(stage.pull.faults()).toEqual({ silence: 1 });
    expect(stage.log()).toContain("no byte for 0.4 s");
    await eventually(() => expect(read.socket.destroyed).toBe(true));
  });

  test("a device that is not there is tried again, with growing waits", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    const stage = setStage({ url: new URL(`http://127.0.0.1:${port}`) });
    await eventually(() => expect(stage.pull.faults()["unreachable"]).toBeGreaterThan(3));
    expect(stage.state()).not.toBe("streaming");
    expect(stage.reason()).toBe("the device cannot be reached (ECONNREFUSED)");
    // A state is logged when it changes, not each time.
    expect(stage.log().match(/does not stream/g)).toHaveLength(1);
    device = await startStreamDevice({ port });
    const read = await device.nextReading();
    read.write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.state()).toBe("streaming"));
  });

  test("a device that takes the connection and says nothing is given up", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stage = setStage({ url: new URL(`http://127.0.0.1:${port}`) }, { openMs: 100 });
    await eventually(() => expect(stage.reason()).toBe("no answer within 100 ms"));
    server.close();
  });
});

test("waits: doubling to a bound, cut by chance to no less than half; short again after a good stream", () => {
  const waits = (random: () => number, times: number): readonly number[] => {
    const backoff = createBackoff(TIMING, random);
    return Array.from({ length: times }, () => backoff.after("unreachable"));
  };
  expect(waits(() => 0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1_000));
  expect(waits(() => 0.999_999, 7).at(-1)).toBeCloseTo(30_000, -1);
  const backoff = createBackoff(TIMING, () => 0);
  const long = [backoff.after("closed"), backoff.after("closed"), backoff.after("closed")];
  backoff.letIn();
  expect([...long, backoff.after("closed")]).toEqual([1_000, 2_000, 4_000, 8_000]);
  backoff.reset();
  expect(backoff.after("closed")).toBe(1_000);
});

test("waits after a refused password: a minute at least, never cut, up to half an hour, until let in", () => {
  const backoff = createBackoff(TIMING, () => 1);
  const minutes = Array.from({ length: 7 }, () => backoff.after("refused") / 60_000);
  expect(minutes).toEqual([1, 2, 4, 8, 16, 30, 30]);
  backoff.reset();
  expect(backoff.after("refused")).toBe(TIMING.mostRefusedMs);
  backoff.letIn();
  expect(backoff.after("refused")).toBe(TIMING.refusedMs);
});

describe("answers that are no stream", () => {
  test("a wrong password is tried once, not shown, and slowly again", async () => {
    device = await startStreamDevice({ password: "another" });
    const stage = setStage({ url: new URL(device.url), password: "s3cret-wörd" }, { refusedMs: 400 });
    await eventually(() => expect(stage.reason()).toBe("the device refuses user or password (401)"));
    await sleep(150);
    expect(device.door.seen).toEqual({ none: 1, right: 0, wrong: 1 });
    await eventually(() => expect(device?.door.seen.wrong).toBe(2));
    // The second wait is twice the first.
    await sleep(500);
    expect(device.door.seen).toEqual({ none: 2, right: 0, wrong: 2 });
    expect(stage.pull.faults()).toEqual({ refused: 2 });
    expect(JSON.stringify([stage.log(), stage.pull.states()])).not.toMatch(/s3cret|Digest/);
  });

  test("a door that offers only Basic never sees the password", async () => {
    let seen = "";
    device = await startStreamDevice({
      instead(request, response) {
        seen += JSON.stringify(request.headers);
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
        return true;
      },
    });
    const stage = setStage({ url: new URL(device.url) });
    await eventually(() => expect(stage.reason()).toMatch(/no digest that is spoken here/));
    expect(seen).not.toContain("authorization");
    expect(stage.pull.faults()["refused"]).toBe(1);
  });

  test("a redirect is not followed", async () => {
    const elsewhere = await startStreamDevice();
    device = await startStreamDevice({
      instead(_request, response) {
        response.writeHead(302, { location: `${elsewhere.url}/ISAPI/Event/notification/alertStream` }).end();
        return true;
      },
    });
    const stage = setStage({ url: new URL(device.url) });
    await eventually(() => expect(stage.reason()).toContain("redirect (302)"));
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test.each([
    ["503", 503, "text/plain", "the device answers with HTTP 503", "answer"],
    ["403", 403, "application/xml", "locked him out (403)", "refused"],
    ["200 with a page", 200, "text/html", "not with a multipart stream", "answer"],
    ["200 without a boundary", 200, "multipart/mixed", "not with a multipart stream", "answer"],
  ])("%s", async (_what, status, type, reason, why) => {
    device = await startStreamDevice({
      instead(_request, response) {
        response.writeHead(status, { "content-type": type }).end("<a/>");
        return true;
      },
    });
    const stage = setStage({ url: new URL(device.url) });
    await eventually(() => expect(stage.reason()).toContain(reason));
    expect(stage.pull.faults()[why]).toBeGreaterThan(0);
    expect(stage.messages).toEqual([]);
  });

  test("what is no HTTP", async () => {
    const server = createServer((socket) => socket.end("SSH-2.0-dropbear\r\n")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const stage = setStage({ url: new URL(`http://127.0.0.1:${port}`) });
    await eventually(() => expect(stage.reason()).toMatch(/does not speak HTTP there \(HPE_/));
    server.close();
  });
});

describe("a hub that is slow or does not know the gateway", () => {
  test("back-pressure: nothing more is read, nothing is lost, and a slow hub is no silence", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url), silenceMs: 200 });
    const gate = Promise.withResolvers<void>();
    stage.accept = async () => {
      await gate.promise;
      return EVENTS;
    };
    const read = await next;
    // Far more than the network's own buffers take in.
    const body = "x".repeat(900_000);
    const count = 60;
    for (let part = 0; part < count; part++) read.write(hikvisionPart(`<a n="${part}">${body}</a>`));
    await eventually(() => expect(stage.messages).toHaveLength(1));
    await sleep(300);
    const waiting = read.socket.writableLength;
    expect(waiting).toBeGreaterThan(20_000_000);
    await sleep(100);
    expect(read.socket.writableLength).toBe(waiting);
    expect(stage.messages).toHaveLength(1);
    expect(stage.state()).toBe("streaming");
    gate.resolve();
    await eventually(() => expect(stage.messages).toHaveLength(count), 10_000);
    const order = stage.texts().map((text) => Number(/n="(\d+)"/.exec(text)?.[1]));
    expect(order).toEqual(Array.from({ length: count }, (_, index) => index));
    expect(device.readings).toHaveLength(1);
  });

  test("without the gateway nothing is asked; revoked while running, nothing more is taken", async () => {
    device = await startStreamDevice();
    const other = setStage({ url: new URL(device.url), gatewayId: "gw-2" });
    await eventually(() => expect(other.reason()).toBe("there is no gateway gw-2, or it was revoked"));
    expect(device.requests).toEqual([]);

    const next = device.nextReading();
    const mine = setStage({ url: new URL(device.url) });
    const read = await next;
    read.write(hikvisionPart(alert("IO", 1)));
    await eventually(() => expect(mine.messages).toHaveLength(1));
    mine.estates = ["e2"];
    read.write(hikvisionPart(alert("IO", 2)));
    await eventually(() => expect(mine.reason()).toBe("gateway gw-1 does not belong to estate e1"));
    expect(mine.state()).toBe("waiting");
    expect(mine.messages).toHaveLength(1);
    const again = device.nextReading();
    mine.estates = ["e1", "e2"];
    await again;
  });

  test("a message the hub could not keep ends the stream, and is told as such", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url) });
    stage.accept = async () => {
      throw new Error("the journal is closed");
    };
    (await next).write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.reason()).toBe("the hub could not keep a message"));
  });
});

describe("TLS", () => {
  const { cert, key } = makeCertificate();
  const fingerprint = new X509Certificate(cert).fingerprint256;

  async function tryWith(trust: Trust, host = "127.0.0.1") {
    device = await startStreamDevice({ tls: { cert, key } });
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url.replace("127.0.0.1", host)), trust });
    return { stage, next };
  }

  test("a self-signed certificate is refused before anything is asked", async () => {
    const { stage } = await tryWith({ kind: "authorities" });
    await eventually(() => expect(stage.reason()).toMatch(/certificate is not trusted \(.*SELF_SIGNED/));
    expect(device?.requests).toEqual([]);
    expect(stage.pull.faults()["certificate"]).toBeGreaterThan(0);
  });

  test.each<[string, Trust, string]>([
    ["its fingerprint", { kind: "fingerprint", sha256: fingerprint }, "127.0.0.1"],
    [
      "its fingerprint, plainly written",
      { kind: "fingerprint", sha256: fingerprint.replaceAll(":", "").toLowerCase() },
      "127.0.0.1",
    ],
    ["allowSelfSigned", { kind: "anyone" }, "127.0.0.1"],
    ["its own authority, with the name that stands in it", { kind: "authorities", ca: cert }, "localhost"],
  ])("is believed by %s", async (_what, trust, host) => {
    const { stage, next } = await tryWith(trust, host);
    (await next).write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.texts()).toEqual([alert("IO")]));
  });

  test("an authority that did not sign it, and a name that does not stand in it", async () => {
    const { stage } = await tryWith({ kind: "authorities", ca: makeCertificate().cert });
    await eventually(() => expect(stage.reason()).toContain("certificate is not trusted"));
    await clearStage();
    await device?.close();
    const named = await tryWith({ kind: "authorities", ca: cert }, "127.0.0.1");
    await eventually(() => expect(named.stage.reason()).toContain("ALTNAME_INVALID"));
    expect(device?.requests).toEqual([]);
  });

  test("another fingerprint: refused before anything is asked, and the one shown is told", async () => {
    const { stage } = await tryWith({ kind: "fingerprint", sha256: "00".repeat(32) });
    await eventually(() => expect(stage.reason()).toContain(`its fingerprint is ${fingerprint}`));
    expect(device?.requests).toEqual([]);
  });
});

describe("closing", () => {
  test("ends a stream, a wait and a message that is not kept, each within a second", async () => {
    device = await startStreamDevice();
    const next = device.nextReading();
    const stage = setStage({ url: new URL(device.url) });
    stage.accept = () => new Promise(() => {});
    const read = await next;
    read.write(hikvisionPart(alert("IO")));
    await eventually(() => expect(stage.messages).toHaveLength(1));
    const waiting = setStage(
      { url: new URL("http://127.0.0.1:1") },
      { backoffMs: 60_000, mostBackoffMs: 60_000 },
    );
    await eventually(() => expect(waiting.state()).toBe("waiting"));
    const idle = device.nextReading();
    const streaming = setStage({ url: new URL(device.url) });
    const other = await idle;

    for (const [each, most] of [
      [streaming, 300],
      [waiting, 300],
      [stage, 1_000],
    ] as const) {
      const began = performance.now();
      await each.pull.close();
      expect(performance.now() - began).toBeLessThan(most);
    }
    await eventually(() => expect(other.socket.destroyed && read.socket.destroyed).toBe(true));
    const { length } = device.requests;
    await sleep(100);
    expect(device.requests).toHaveLength(length);
    // The hub goes, not the device.
    expect(streaming.told.filter(({ phase }) => phase === "raise")).toEqual([]);
  });
});
