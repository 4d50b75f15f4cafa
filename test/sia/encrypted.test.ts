/** Encrypted messages: the panel's side is written here, apart from the receiver's. */
import { describe, expect, test } from "vitest";
import { decode } from "../devices/support.ts";
import { decrypted, dial, encrypted, eventually, frame, KEY, opened, openStation, stamp } from "./panel.ts";

const alarm = (change: Partial<Parameters<typeof encrypted>[0]> = {}, key = KEY): string =>
  encrypted(
    {
      token: "SIA-DCS",
      sequence: "0042",
      account: "EC01",
      data: "#EC01|Nri1/FA3]",
      at: Date.now(),
      ...change,
    },
    key,
  );
const DUH = '"DUH"0042R1L2#EC01[]';

describe("with the key", () => {
  test.each([
    ["AES-128", 16],
    ["AES-192", 24],
    ["AES-256", 32],
  ])("%s: deciphered, kept in the clear, answered encrypted", async (_name, bytes) => {
    const key = Buffer.alloc(bytes, 7);
    const station = await openStation({
      accounts: [{ account: "EC01", estate: "e1", gateway: "gw-1", key }],
    });
    const line = await dial(station.ports.tcp);
    const at = Date.now();
    line.send(frame(alarm({ at }, key)));
    const answer = opened(await line.answer());
    expect(answer).toMatch(/^"\*ACK"0042R1L2#EC01\[(?:[0-9A-F]{32})+$/);
    expect(decrypted(`${answer} `, key)).toMatch(/^[^|[\]]{1,16}\|\]_\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}$/);
    const [text = ""] = station.texts();
    expect(text).toBe(`"SIA-DCS"0042R1L2#EC01[#EC01|Nri1/FA3]${stamp(at)}`);
    expect(decode("sia-dc09", "sia/EC01", text, { transport: "tcp" })).toMatchObject({
      events: [{ device: "EC01", code: "fire.alarm", phase: "raise", point: "3" }],
    });
  });

  test("no two answers are alike, and the pad has none of the characters that end it", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    const answers: string[] = [];
    for (let round = 0; round < 50; round++) {
      line.send(frame(alarm()));
      answers.push(opened(await line.answer()));
    }
    expect(new Set(answers).size).toBe(50);
    for (const answer of answers) expect(decrypted(`${answer} `, KEY).split(/[|[\]]/)).toHaveLength(3);
  });

  test("extended data, texts in another alphabet and supervision come through unchanged", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    const at = Date.now();
    line.send(frame(alarm({ data: "|Nri1/BA3^K\u00fcche^][M00163E0A0B0C]", at })));
    await line.answer();
    line.send(frame(alarm({ token: "NULL", data: "]", at })));
    await line.answer();
    expect(station.texts()).toEqual([
      `"SIA-DCS"0042R1L2#EC01[|Nri1/BA3^K\u00fcche^][M00163E0A0B0C]${stamp(at)}`,
      `"NULL"0042R1L2#EC01[]${stamp(at)}`,
    ]);
  });

  test.each([-38_000, 18_000])("a panel whose clock is %d ms off is believed", async (off) => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(alarm({ at: Date.now() + off })));
    expect(opened(await line.answer())).toMatch(/^"\*ACK"0042/);
  });

  test.each([-41_500, 22_500])(
    "one whose clock is %d ms off is told the time, and sends again",
    async (off) => {
      const station = await openStation();
      const line = await dial(station.ports.tcp);
      line.send(frame(alarm({ at: Date.now() + off })));
      const [, hour, minute, second, month, day, year] =
        /^"NAK"0000R0L0A0\[\]_(\d\d):(\d\d):(\d\d),(\d\d)-(\d\d)-(\d{4})$/.exec(
          opened(await line.answer()),
        ) ?? [];
      const told = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      expect(Math.abs(told - Date.now())).toBeLessThan(3_000);
      expect(station.count("time")).toBe(1);
      expect(station.accepted).toEqual([]);
      line.send(frame(alarm({ at: told })));
      expect(opened(await line.answer())).toMatch(/^"\*ACK"0042/);
    },
  );

  test("in the clear nothing is taken, not even a sign of life", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame('"SIA-DCS"0042R1L2#EC01[#EC01|Nri1/OP1]'));
    expect(opened(await line.answer())).toBe(DUH);
    line.send(frame('"NULL"0042R1L2#EC01[]'));
    expect(opened(await line.answer())).toBe(DUH);
    expect(station.count("plaintext")).toBe(2);
    expect(station.accepted).toEqual([]);
  });

  test("both are taken while a panel is changed over", async () => {
    const station = await openStation({
      accounts: [{ account: "EC01", estate: "e1", gateway: "gw-1", key: KEY, allowPlain: true }],
    });
    const line = await dial(station.ports.tcp);
    line.send(frame('"SIA-DCS"0042R1L2#EC01[#EC01|Nri1/OP1]'));
    expect(opened(await line.answer())).toBe('"ACK"0042R1L2#EC01[]');
    line.send(frame(alarm()));
    expect(opened(await line.answer())).toMatch(/^"\*ACK"/);
  });
});

describe("what cannot be deciphered", () => {
  test.each([
    ["of an account without a key", alarm({ account: "4F39" })],
    ["of another key", alarm({}, Buffer.alloc(16, 9))],
    ["that is no whole number of blocks", alarm().slice(0, -2)],
    ["that is no hexadecimal", `${alarm().slice(0, -1)}x`],
    ["that is empty", '"*SIA-DCS"0042R1L2#EC01['],
  ])("%s is kept as it came, refused, and the connection stays", async (_name, text) => {
    const station = await openStation();
    station.acceptance = { outcome: "dead", events: 0, reason: "encrypted" };
    const line = await dial(station.ports.tcp);
    line.send(frame(text));
    expect(opened(await line.answer())).toMatch(/^"DUH"0042R1L2#/);
    expect(station.texts()).toEqual([text]);
    expect(decode("sia-dc09", "sia/x", text, { transport: "tcp" })).toMatchObject({ reason: "encrypted" });
    line.send(frame('"NULL"0000L0#4F39[]'));
    expect(opened(await line.answer())).toBe('"ACK"0000L0#4F39[]');
    expect(station.count("undecipherable")).toBe(1);
  });

  test("is refused only once it is on disk", async () => {
    const station = await openStation();
    const { promise, resolve } = Promise.withResolvers<void>();
    station.hold = promise;
    const line = await dial(station.ports.tcp);
    line.send(frame(alarm({}, Buffer.alloc(16, 9))));
    await eventually(() => station.accepted.length === 1);
    expect(line.unread()).toBe("");
    resolve();
    expect(opened(await line.answer())).toBe(DUH);
  });

  test("a sign of life counts without a key, and must be proved with one", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(alarm({ token: "NULL", data: "]", account: "4F39" })));
    expect(opened(await line.answer())).toBe('"DUH"0042R1L2#4F39[]');
    expect(station.accepted).toHaveLength(1);
    line.send(frame(alarm({ token: "NULL", data: "]" }, Buffer.alloc(16, 9))));
    expect(opened(await line.answer())).toBe(DUH);
    expect(station.accepted).toHaveLength(1);
  });

  test("neither key nor content is in the log", async () => {
    const station = await openStation();
    const line = await dial(station.ports.tcp);
    line.send(frame(alarm({}, Buffer.alloc(16, 9))));
    await line.answer();
    const log = JSON.stringify(station.warnings);
    expect(station.warnings).toHaveLength(1);
    expect(log.toLowerCase()).not.toContain(KEY.toString("hex"));
    expect(log).not.toContain("Nri1");
  });
});
