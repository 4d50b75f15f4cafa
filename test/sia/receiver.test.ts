/** The receiver as panels meet it: real sockets, fakes behind them. */
import { describe, expect, test } from "vitest";
import { dial, eventually, frame, opened, openStation, panelCrc, sendDatagram, stamp } from "./panel.ts";

const ALARM = '"ADM-CID"0101R1L2#4F39[#4F39|1130 01 004]';
const ACK = '"ACK"0101R1L2#4F39[]';

describe("an acknowledgement", () => {
  test("repeats sequence, receiver, line and account, with a checksum of its own", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    expect(await line.answer()).toBe(frame(ACK));
    expect(station.accepted).toMatchObject([
      {
        transport: "tcp",
        gatewayId: "gw-1",
        route: { kind: "bridge", estateId: "e1", gatewayId: "gw-1", path: "sia/4F39" },
        retained: false,
      },
    ]);
    expect(station.texts()).toEqual([ALARM]);
  });

  test.each([
    ["without receiver", '"NULL"0000L0#4F39[]', '"ACK"0000L0#4F39[]'],
    ["without both", '"NULL"0000#4F39[]', '"ACK"0000#4F39[]'],
    ["with the account in the data only", '"SIA-DCS"0007R0L0[#4F39|Nri1/OP001NM]', '"ACK"0007R0L0#4F39[]'],
    ["with the account in small letters", '"NULL"0000R0L0#4f39[]', '"ACK"0000R0L0#4F39[]'],
  ])("%s", async (_name, text, ack) => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(text));
    expect(opened(await line.answer())).toBe(ack);
  });

  test("comes only when the message is on disk", async () => {
    const station = await openStation();
    const { promise, resolve } = Promise.withResolvers<void>();
    station.hold = promise;
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    await eventually(() => station.accepted.length === 1);
    await new Promise((done) => {
      setTimeout(done, 60);
    });
    expect(line.unread()).toBe("");
    expect(station.receiver.figures()).toMatchObject({ pending: 1, frames: { acknowledged: 0 } });
    resolve();
    expect(opened(await line.answer())).toBe(ACK);
    expect(station.count("acknowledged")).toBe(1);
  });

  test.each([
    { outcome: "ignored", events: 0, reason: "heartbeat" },
    { outcome: "dead", events: 0, reason: "schema" },
  ] as const)("also of what was $outcome: it is kept, or known to carry nothing", async (acceptance) => {
    const station = await openStation();
    station.acceptance = acceptance;
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
  });

  test("never of what could not be kept: the panel sends it again", async () => {
    const station = await openStation();
    const broken = Promise.reject(new Error("no disk"));
    broken.catch(() => undefined);
    station.hold = broken;
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    await eventually(() => station.count("failed") === 1);
    expect(line.unread()).toBe("");
    station.hold = undefined;
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
    expect(station.warnings).toMatchObject([{ msg: "a panel's message could not be kept", account: "4F39" }]);
  });

  test("reaches a panel that closed its side behind the message", async () => {
    const station = await openStation();
    const { promise, resolve } = Promise.withResolvers<void>();
    station.hold = promise;
    const line = await dial(station.ports.tcp);
    line.socket.end(Buffer.from(frame(ALARM)));
    await eventually(() => station.accepted.length === 1);
    resolve();
    expect(opened(await line.answer())).toBe(ACK);
    expect(await line.closed()).toBe(true);
  });

  test("is written with a checksum of two bytes to a panel that writes so", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    const crc = panelCrc(ALARM);
    line.send(
      Buffer.concat([Buffer.from("\n"), Buffer.from([crc >> 8, crc & 255]), Buffer.from(`0029${ALARM}\r`)]),
    );
    const sum = panelCrc(ACK);
    expect(await line.answer()).toBe(`\n${String.fromCharCode(sum >> 8, sum & 255)}0014${ACK}\r`);
  });
});

describe("a line", () => {
  test("several messages in one packet, each answered", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    const texts = ["0001", "0002", "0003"].map((number) => ALARM.replace("0101", number));
    line.send(texts.map((text) => frame(text)).join(""));
    const answers = [await line.answer(), await line.answer(), await line.answer()].map(opened);
    expect(answers).toEqual(["0001", "0002", "0003"].map((number) => ACK.replace("0101", number)));
    expect(station.texts()).toEqual(texts);
  });

  test("a message in many packets", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    for (const byte of frame(ALARM)) {
      line.send(byte);
      await new Promise((done) => {
        setImmediate(done);
      });
    }
    expect(opened(await line.answer())).toBe(ACK);
  });

  test("garbage is passed over, and the next message answered on the same connection", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send("GET / HTTP/1.1\r\nHost: hub\r\n\r\n");
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
    expect(station.count("noise")).toBeGreaterThan(0);
  });

  test("a wrong checksum is not answered, and the connection kept", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM, { crc: "0000" }));
    line.send(frame(ALARM.replace("0101", "0102")));
    expect(opened(await line.answer())).toBe(ACK.replace("0101", "0102"));
    expect(station.count("crc")).toBe(1);
    expect(station.accepted).toHaveLength(1);
  });

  test("a wrong length is counted and forgiven: the checksum has shown that all is there", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM, { length: "0078" }));
    expect(opened(await line.answer())).toBe(ACK);
    expect(station.receiver.figures()).toMatchObject({ wrongLengths: 1, frames: { acknowledged: 1 } });
  });

  test("a message without a head that can be read is not answered", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame('"SIA-DCS"12[#4F39|Nri1/BA3]') + frame('"NULL"0000R0L0[]') + frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
    expect(station.count("malformed")).toBe(2);
  });

  test("a transmitter without frames is heard and answered in its way", async () => {
    const station = await openStation({ accounts: [{ account: "006969xx", estate: "e1", gateway: "gw-1" }] });
    const line = await dial(station.ports.tcp);
    line.send("SR0001L0001    006969XX    [ID00000000]");
    await eventually(() => line.unread() !== "");
    expect(line.unread()).toBe('"ACK"');
    expect(station.accepted).toMatchObject([{ route: { path: "sia/006969xx" } }]);
  });
});

describe("who may report", () => {
  test("an unknown account is told so, counted, and logged once a minute", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    for (const account of ["BAD1", "BAD2", "BAD3"]) {
      line.send(frame(`"ADM-CID"0001R1L2#${account}[#${account}|1130 01 004]`));
      expect(opened(await line.answer())).toBe(`"DUH"0001R1L2#${account}[]`);
    }
    expect(station.count("account")).toBe(3);
    expect(station.accepted).toEqual([]);
    expect(station.warnings).toMatchObject([{ account: "BAD1", address: "127.0.0.1" }]);
    station.ahead = 61_000;
    line.send(frame('"ADM-CID"0001R1L2#BAD4[#BAD4|1130 01 004]'));
    await line.answer();
    expect(station.warnings).toMatchObject([{ account: "BAD1" }, { account: "BAD4", leftOut: 2 }]);
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
  });

  test("an account whose gateway was revoked, or is of another estate, is refused at once", async () => {
    const station = await openStation({
      accounts: [
        { account: "4F39", estate: "e1", gateway: "gw-1" },
        { account: "0002", estate: "e2", gateway: "gw-1" },
        { account: "0003", estate: "e1", gateway: "gw-none" },
      ],
    });
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe(ACK);
    for (const account of ["0002", "0003"]) {
      line.send(frame(`"NULL"0000#${account}[]`));
      expect(opened(await line.answer())).toBe(`"DUH"0000#${account}[]`);
    }
    station.gateways.delete("gw-1");
    line.send(frame(ALARM));
    expect(opened(await line.answer())).toBe('"DUH"0101R1L2#4F39[]');
    expect(station.count("gateway")).toBe(3);
    expect(station.accepted).toHaveLength(1);
  });
});

describe("UDP", () => {
  test("is answered to the sender, by the same rules", async () => {
    const station = await openStation({ tcp: undefined, udp: { host: "127.0.0.1", port: 0 } });
    expect(station.ports.tcp).toBeUndefined();
    expect(opened(await sendDatagram(station.ports.udp, frame(ALARM)))).toBe(ACK);
    const stranger = frame('"NULL"0000R0L0#BAD1[]');
    expect(opened(await sendDatagram(station.ports.udp, stranger))).toBe('"DUH"0000R0L0#BAD1[]');
    expect(station.texts()).toEqual([ALARM]);
  });

  test("a datagram that holds no whole message is counted and not answered", async () => {
    const station = await openStation({ udp: { host: "127.0.0.1", port: 0 } });
    await expect(
      Promise.race([
        sendDatagram(station.ports.udp, frame(ALARM).slice(0, -1)),
        eventually(() => station.count("noise") === 1).then(() => "counted"),
      ]),
    ).resolves.toBe("counted");
    expect(opened(await sendDatagram(station.ports.udp, frame(ALARM)))).toBe(ACK);
  });

  test("the same message again is given to accept again, whose identities know it", async () => {
    const station = await openStation({ udp: { host: "127.0.0.1", port: 0 } });
    const text = `"SIA-DCS"0009R1L2#4F39[#4F39|Nri1/BA3]${stamp(Date.now())}`;
    for (let tries = 0; tries < 2; tries++) {
      expect(opened(await sendDatagram(station.ports.udp, frame(text)))).toBe('"ACK"0009R1L2#4F39[]');
    }
    expect(station.texts()).toEqual([text, text]);
  });
});

describe("listening", () => {
  test("a port that cannot be had is told, and nothing is left open", async () => {
    const station = await openStation();
    const port = station.ports.tcp ?? 0;
    await expect(openStation({ tcp: { host: "127.0.0.1", port } })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      faults: [{ field: "sia.tcp" }],
    });
    await expect(
      openStation({ tcp: { host: "127.0.0.1", port: 0 }, udp: { host: "203.0.113.1", port: 0 } }),
    ).rejects.toMatchObject({ faults: [{ field: "sia.udp" }] });
  });

  test("a close waits for what was taken, answers it, and takes nothing more", async () => {
    const station = await openStation();
    const { promise, resolve } = Promise.withResolvers<void>();
    station.hold = promise;
    const line = await dial(station.ports.tcp);
    line.send(frame(ALARM));
    await eventually(() => station.accepted.length === 1);
    const closing = station.receiver.close();
    await expect(dial(station.ports.tcp)).rejects.toThrow("ECONNREFUSED");
    resolve();
    await closing;
    expect(opened(await line.answer())).toBe(ACK);
    expect(await line.closed()).toBe(true);
  });
});
