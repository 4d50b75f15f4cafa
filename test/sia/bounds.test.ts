/** No sender costs more than its share. */
import { expect, test } from "vitest";
import { dial, eventually, frame, opened, openStation } from "./panel.ts";

const alarm = (sequence: number): string =>
  `"ADM-CID"${String(sequence).padStart(4, "0")}L0#4F39[#4F39|1130 01 004]`;
const rest = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

test("10,000 messages over one connection: each on disk once, each acknowledged", async () => {
  const station = await openStation({ limits: { framesPerMinute: 1_000_000 } });
  const line = await dial(station.ports.tcp);
  let answers = "";
  line.socket.on("data", (chunk: Buffer) => (answers += chunk.toString("latin1")));
  line.send(Array.from({ length: 10_000 }, (_, number) => frame(alarm(number))).join(""));
  await eventually(() => station.count("acknowledged") === 10_000);
  await eventually(() => answers.split("\r").length === 10_001);
  const acknowledged = answers.match(/"ACK"\d{4}/g) ?? [];
  expect(new Set(acknowledged).size).toBe(10_000);
  expect(new Set(station.texts()).size).toBe(10_000);
  expect(station.receiver.figures()).toMatchObject({ pending: 0, wrongLengths: 0 });
});

test("while the disk is behind, a connection is not read further than its bound", async () => {
  const station = await openStation({ limits: { maxPendingPerConnection: 4 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  station.hold = promise;
  const line = await dial(station.ports.tcp);
  line.send(Array.from({ length: 50 }, (_, number) => frame(alarm(number))).join(""));
  await eventually(() => station.accepted.length === 4);
  await rest(60);
  expect(station.accepted).toHaveLength(4);
  resolve();
  await eventually(() => station.count("acknowledged") === 50);
});

test("more than may wait for the disk in all is not answered; the panel sends again", async () => {
  const station = await openStation({ limits: { maxPending: 2 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  station.hold = promise;
  const lines = [await dial(station.ports.tcp), await dial(station.ports.tcp), await dial(station.ports.tcp)];
  for (const [number, line] of lines.entries()) {
    line.send(frame(alarm(number)));
    await eventually(() => station.accepted.length + station.count("busy") === number + 1);
  }
  expect(station.count("busy")).toBe(1);
  resolve();
  await eventually(() => station.count("acknowledged") === 2);
  lines[2]?.send(frame(alarm(2)));
  expect(opened((await lines[2]?.answer()) ?? "")).toBe('"ACK"0002L0#4F39[]');
});

test("a message that is too long is passed over", async () => {
  const station = await openStation();
  const line = await dial(station.ports.tcp);
  line.send(frame(`"SIA-DCS"0001L0#4F39[#4F39|A${"x".repeat(5_000)}]`) + frame(alarm(2)));
  expect(opened(await line.answer())).toBe('"ACK"0002L0#4F39[]');
  expect(station.count("oversize")).toBe(1);
});

test("a message that drips is cut off, however lively it drips", async () => {
  const station = await openStation({ limits: { frameMs: 150 } });
  const line = await dial(station.ports.tcp);
  line.send(frame(alarm(1)));
  await line.answer();
  const drip = setInterval(() => line.send("9"), 20);
  line.send(frame(alarm(2)).slice(0, 20));
  expect(await line.closed()).toBe(true);
  clearInterval(drip);
  expect(station.count("slow")).toBe(1);
});

test("who never sends a message is cut off; who waits for the disk is not", async () => {
  const station = await openStation({ limits: { frameMs: 100, idleMs: 100 } });
  const { promise, resolve } = Promise.withResolvers<void>();
  station.hold = promise;
  const [silent, patient] = [await dial(station.ports.tcp), await dial(station.ports.tcp)];
  patient.send(frame(alarm(1)));
  expect(await silent.closed()).toBe(true);
  await rest(150);
  resolve();
  expect(opened(await patient.answer())).toBe('"ACK"0001L0#4F39[]');
  expect(station.count("slow")).toBe(1);
  // Then it idles, which is no fault.
  expect(await patient.closed()).toBe(true);
  expect(station.count("slow")).toBe(1);
});

test("connections are bounded, in all and by address", async () => {
  const station = await openStation({ limits: { maxPerAddress: 2 } });
  const [first, second] = [await dial(station.ports.tcp), await dial(station.ports.tcp)];
  expect(await (await dial(station.ports.tcp)).closed()).toBe(true);
  first.socket.destroy();
  await eventually(() => station.receiver.figures().connections === 1);
  const third = await dial(station.ports.tcp);
  third.send(frame(alarm(3)));
  expect(opened(await third.answer())).toBe('"ACK"0003L0#4F39[]');
  expect(second.socket.destroyed).toBe(false);
  const small = await openStation({ limits: { maxConnections: 1 } });
  await dial(small.ports.tcp);
  await eventually(() => small.receiver.figures().connections === 1);
  expect(await (await dial(small.ports.tcp)).closed()).toBe(true);
  expect([station.count("connection"), small.count("connection")]).toEqual([1, 1]);
});

test("an address that sends too much, or too much that is wrong, is not answered until its minute is over", async () => {
  const station = await openStation({ limits: { framesPerMinute: 5, faultsPerMinute: 100 } });
  const line = await dial(station.ports.tcp);
  line.send(Array.from({ length: 7 }, (_, number) => frame(alarm(number))).join(""));
  await eventually(() => station.count("throttled") === 2);
  expect(station.accepted).toHaveLength(5);
  station.ahead = 61_000;
  line.send(frame(alarm(8)));
  await eventually(() => station.accepted.length === 6);

  const strict = await openStation({ limits: { faultsPerMinute: 3 } });
  const guessing = await dial(strict.ports.tcp);
  guessing.send(Array.from({ length: 5 }, () => frame('"NULL"0000L0#BAD1[]')).join(""));
  await eventually(() => strict.count("account") + strict.count("throttled") === 5);
  expect(strict.count("account")).toBe(3);
});

test("who does not read its answers is cut off", async () => {
  const station = await openStation({ limits: { framesPerMinute: 1_000_000 } });
  const line = await dial(station.ports.tcp);
  line.socket.pause();
  const flood = Array.from({ length: 2_000 }, (_, number) => frame(alarm(number))).join("");
  for (let round = 0; round < 2_000 && station.count("slow") === 0; round++) {
    if (line.socket.writableLength < flood.length) line.socket.write(flood);
    await rest(5);
  }
  expect(station.count("slow")).toBe(1);
});
