/** Who wishes the receiver ill: strangers with forged senders, patience, or much to say. */
import dgram from "node:dgram";
import { syncBuiltinESMExports } from "node:module";
import { expect, onTestFinished, test } from "vitest";
import { createFlood } from "../../src/sia/flood.ts";
import { dial, encrypted, eventually, frame, KEY, opened, openStation, sendDatagram } from "./panel.ts";

const UDP = { host: "127.0.0.1", port: 0 };
const STRANGER = '"NULL"0000R0L0#BAD1[]';
const alarm = (sequence: number): string =>
  `"ADM-CID"${String(sequence).padStart(4, "0")}L0#4F39[#4F39|1130 01 004]`;
const rest = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

test("a datagram with the forged source port 0 cannot be answered, and harms nobody", async () => {
  const { createSocket } = dgram;
  let bound: dgram.Socket | undefined;
  dgram.createSocket = ((type: dgram.SocketType) => (bound ??= createSocket(type))) as typeof createSocket;
  syncBuiltinESMExports();
  onTestFinished(() => {
    dgram.createSocket = createSocket;
    syncBuiltinESMExports();
  });
  const station = await openStation({ udp: UDP });
  dgram.createSocket = createSocket;
  syncBuiltinESMExports();
  bound?.emit("message", Buffer.from(frame(STRANGER)), { address: "127.0.0.1", port: 0 });
  await rest(20);
  expect(station.count("noise")).toBe(1);
  expect(opened(await sendDatagram(station.ports.udp, frame(alarm(1))))).toBe('"ACK"0001L0#4F39[]');
});

test("what was forged in a panel's name over UDP does not use up its share of TCP", async () => {
  const station = await openStation({ udp: UDP, limits: { faultsPerMinute: 3 } });
  for (let tries = 0; tries < 3; tries++) await sendDatagram(station.ports.udp, frame(STRANGER));
  await Promise.race([
    sendDatagram(station.ports.udp, frame(alarm(1))),
    eventually(() => station.count("throttled") === 1),
  ]);
  const line = await dial(station.ports.tcp);
  line.send(frame(alarm(2)));
  expect(opened(await line.answer())).toBe('"ACK"0002L0#4F39[]');
});

test("no answer over UDP is larger than its question", async () => {
  const station = await openStation({ udp: UDP });
  const short = '"A"0000#123[';
  await Promise.race([
    sendDatagram(station.ports.udp, frame(short)).then(() => expect.unreachable()),
    eventually(() => station.count("account") === 1).then(() => rest(50)),
  ]);
  const at = Date.now();
  for (const text of [
    STRANGER,
    '"NULL"0000#4F39[]',
    encrypted({ token: "NULL", sequence: "0001", account: "EC01", data: "]", at }, KEY),
    encrypted({ token: "NULL", sequence: "0001", account: "EC01", data: "]", at: at - 90_000 }, KEY),
  ]) {
    const answer = await sendDatagram(station.ports.udp, frame(text));
    expect(answer.length).toBeLessThanOrEqual(frame(text).length);
  }
});

test("a datagram that is larger than any message is not taken apart", async () => {
  const station = await openStation({ udp: UDP });
  await Promise.race([
    sendDatagram(station.ports.udp, frame(STRANGER).repeat(300)),
    eventually(() => station.count("oversize") === 1),
  ]);
  expect(station.count("account")).toBe(0);
});

test("who is never acknowledged cannot keep a connection, whatever he sends", async () => {
  const station = await openStation({ limits: { frameMs: 150, maxConnections: 1 } });
  const stranger = await dial(station.ports.tcp);
  const chatter = setInterval(() => stranger.send(frame(STRANGER) + frame(alarm(1), { crc: "0000" })), 20);
  onTestFinished(() => clearInterval(chatter));
  for (const end = Date.now() + 2_000; station.count("slow") === 0 && Date.now() < end;) await rest(20);
  expect(station.count("slow")).toBe(1);
  await eventually(() => station.receiver.figures().connections === 0);
  const panel = await dial(station.ports.tcp);
  panel.send(frame(alarm(1)));
  await panel.answer();
  await rest(250);
  panel.send(frame(alarm(2)));
  expect(opened(await panel.answer())).toBe('"ACK"0002L0#4F39[]');
});

test("who has used up his share is not read, nor let in again, until the minute is over", async () => {
  const station = await openStation({ limits: { faultsPerMinute: 3, maxPerAddress: 10 } });
  const line = await dial(station.ports.tcp);
  line.send(frame(STRANGER).repeat(3));
  await eventually(() => station.count("account") === 3);
  line.send(frame(alarm(1)));
  await rest(60);
  expect([station.count("throttled"), station.accepted.length]).toEqual([0, 0]);
  expect(await (await dial(station.ports.tcp)).closed()).toBe(true);
  // The minute is over; a clock that was set back by hours ends it as well.
  station.ahead = -3 * 3_600_000;
  for (let answers = 0; answers < 3; answers++) await line.answer();
  expect(opened(await line.answer())).toBe('"ACK"0001L0#4F39[]');
});

test("a flood from ever new addresses costs little for each, and the last ones are remembered", () => {
  const flood = createFlood({ clock: { now: () => 0 }, framesPerMinute: 2, faultsPerMinute: 1 });
  const began = performance.now();
  for (let address = 0; address < 200_000; address++) {
    flood.admit(`udp:${address}`);
    flood.fault(`udp:${address}`);
  }
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(["udp:199999", "udp:195000", "udp:1"].map((each) => flood.isSpent(each))).toEqual([
    true,
    true,
    false,
  ]);
  expect(flood.admit("udp:199999")).toBe(false);
});

test("of what nobody can decipher a few are kept, so that a stranger cannot fill the disk", async () => {
  const station = await openStation({ limits: { lettersPerMinute: 2 } });
  const line = await dial(station.ports.tcp);
  const forged = encrypted(
    { token: "SIA-DCS", sequence: "0001", account: "EC01", data: "#EC01|Nri1/FA3]", at: Date.now() },
    Buffer.alloc(16, 9),
  );
  for (let tries = 0; tries < 5; tries++) {
    line.send(frame(forged));
    expect(opened(await line.answer())).toBe('"DUH"0001R1L2#EC01[]');
  }
  expect(station.accepted).toHaveLength(2);
  expect(station.count("undecipherable")).toBe(5);
});

test("a panel that is told the time is told of in the log", async () => {
  const station = await openStation();
  const line = await dial(station.ports.tcp);
  const parts = { token: "SIA-DCS", sequence: "0001", account: "EC01", data: "#EC01|Nri1/FA3]" };
  line.send(frame(encrypted({ ...parts, at: Date.now() - 3_600_000 }, KEY)));
  expect(opened(await line.answer())).toMatch(/^"NAK"/);
  expect(station.warnings).toMatchObject([{ account: "EC01", seconds: expect.any(Number) }]);
  expect(Math.abs(Number(station.warnings[0]?.["seconds"]) + 3_600)).toBeLessThan(5);
});

test("a close begins nothing that still waits", async () => {
  const station = await openStation({
    limits: { maxPendingPerConnection: 1 },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  station.hold = promise;
  const line = await dial(station.ports.tcp);
  line.send(Array.from({ length: 3 }, (_, number) => frame(alarm(number))).join(""));
  await eventually(() => station.accepted.length === 1);
  const closing = station.receiver.close();
  resolve();
  await closing;
  expect(station.accepted).toHaveLength(1);
  await eventually(() => station.receiver.figures().connections === 0);
});
