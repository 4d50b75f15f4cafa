import fc from "fast-check";
import mqttPacket, { type Packet } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import { createPacketGuard } from "../../src/broker/packet-guard.ts";
import { connectPacket, publishPacket } from "./harness.ts";

const LIMITS = { small: 4_096, publish: 10_000, cut: 50_000 };
const nowhere = (): void => undefined;
const CONNECT = mqttPacket.generate(connectPacket());
const PING = Buffer.from([0xc0, 0]);
const publish = (size: number): Buffer =>
  mqttPacket.generate(publishPacket({ payload: Buffer.alloc(size, "x") }));

function openGuard() {
  const guard = createPacketGuard(LIMITS);
  guard.walk(CONNECT, 0, nowhere);
  guard.open();
  return guard;
}

describe("the packet guard", () => {
  test("lets the CONNECT pass alone until it is opened", () => {
    const guard = createPacketGuard(LIMITS);
    const bytes = Buffer.concat([CONNECT, PING]);
    expect(guard.walk(bytes, 9, nowhere)).toBe(CONNECT.length);
    expect(guard.walk(PING, 9, nowhere)).toBe(0);
    guard.open();
    expect(guard.walk(PING, 9, nowhere)).toBe(2);
  });

  test.for([
    ["a first packet that is no CONNECT", PING, "malformed"],
    ["a length of five bytes", Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x01]), "malformed"],
    ["a CONNECT over 4 KiB", Buffer.from([0x10, 0x81, 0x20]), "packet-too-large"],
    ["256 MB", Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]), "packet-too-large"],
  ] as const)("refuses %s from the header alone", ([, bytes, fault]) => {
    const guard = createPacketGuard(LIMITS);
    expect(guard.walk(bytes, 9, nowhere)).toBeUndefined();
    expect(guard.fault()).toBe(fault);
  });

  test("stops before the PUBLISH beyond the budget; others pass", () => {
    const guard = openGuard();
    const bytes = Buffer.concat([publish(10), publish(10), PING, publish(10)]);
    expect(guard.walk(bytes, 2, nowhere)).toBe(publish(10).length * 2 + 2);
    expect([guard.passed(), guard.completed(), guard.midPacket()]).toEqual([2, 3, false]);
  });

  const packets = fc.array(fc.oneof(fc.constant(PING), fc.nat(3_000).map(publish)), { maxLength: 12 });
  const cuts = fc.array(fc.integer({ min: 1, max: 700 }));

  /** Feeds `bytes` in pieces of the lengths given; returns what passed. */
  function feed(guard: ReturnType<typeof openGuard>, bytes: Buffer, lengths: readonly number[]) {
    const passed: Buffer[] = [];
    let completed = 0;
    let at = 0;
    for (let n = 0; at < bytes.length; n++) {
      const piece = bytes.subarray(at, at + (lengths[n] ?? 100_000));
      expect(guard.walk(piece, 1_000, (part) => passed.push(part))).toBe(piece.length);
      completed += guard.completed();
      at += piece.length;
    }
    return { bytes: Buffer.concat(passed), completed };
  }

  test("property: however the bytes are cut, all of them pass and every packet is counted", () => {
    fc.assert(
      fc.property(packets, cuts, (wanted, lengths) => {
        const guard = openGuard();
        const bytes = Buffer.concat(wanted);
        const passed = feed(guard, bytes, lengths);
        expect(passed.bytes.equals(bytes)).toBe(true);
        expect(passed.completed).toBe(wanted.length);
        expect(guard.midPacket()).toBe(false);
      }),
    );
  });

  test("property: a PUBLISH that is too large is cut and ends in NUL; what stands around it is untouched", () => {
    fc.assert(
      fc.property(
        packets,
        packets,
        fc.integer({ min: 9_990, max: 49_000 }),
        cuts,
        (before, after, size, lengths) => {
          const passed = feed(openGuard(), Buffer.concat([...before, publish(size), ...after]), lengths);
          const parsed: Packet[] = [];
          const parser = mqttPacket.parser();
          parser.on("packet", (packet) => parsed.push(packet));
          parser.parse(passed.bytes);
          expect(parsed).toHaveLength(before.length + 1 + after.length);
          const packet = parsed[before.length];
          const payload = Buffer.from(packet?.cmd === "publish" ? packet.payload : "");
          const room = 10_000 - publish(0).length + 2;
          const end = size <= room ? [0x78, 0x78] : [0x78, 0];
          expect([payload.length, ...payload.subarray(-2)]).toEqual([Math.min(size, room), ...end]);
        },
      ),
    );
  });

  test("refuses a PUBLISH that is far too large", () => {
    const guard = openGuard();
    expect(guard.walk(publish(60_000), 9, nowhere)).toBeUndefined();
    expect(guard.fault()).toBe("packet-too-large");
  });

  test("property: no bytes make it throw, or pass more than it was given", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, opened) => {
        const guard = opened ? openGuard() : createPacketGuard(LIMITS);
        const emitted: number[] = [];
        const end = guard.walk(Buffer.from(bytes), 3, (piece) => emitted.push(piece.length));
        expect(emitted.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
        expect(guard.fault() === undefined).toBe(end !== undefined);
        expect(end ?? 0).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
