/** What an installation may say about a device, one of its points, or a whole bridge. */
import { expect, test } from "vitest";
import {
  constant,
  dryContact,
  edge,
  equals,
  field,
  flag,
  json,
  learned,
  optionField,
  optionTime,
  siteCode,
  type Parser,
} from "../../src/device-kit/index.ts";
import { run } from "./kit-support.ts";
import { eventsOf } from "./support.ts";

const input = dryContact({
  of: field("in"),
  property: constant("in"),
  point: field("port"),
  on: [1],
  off: [0],
  whenOn: { code: "device_input.on", phase: "state" },
  whenOff: { code: "device_input.off", phase: "state" },
});
const told = (config: object, value: number, port = "1") => {
  const [event] = eventsOf(run({ rules: [input] }, { in: value, port }, { config }));
  return `${event?.code} ${event?.phase}`;
};

test("a dry contact is an input until the installation says what it means", () => {
  expect([told({}, 1), told({}, 0)]).toEqual(["device_input.on state", "device_input.off state"]);
  const fire = { inputCode: "fire.alarm" };
  expect([told(fire, 1), told(fire, 0)]).toEqual(["fire.alarm raise", "fire.alarm clear"]);
  const closed = { ...fire, contact: "normally-closed" };
  expect([told(closed, 1), told(closed, 0)]).toEqual(["fire.alarm clear", "fire.alarm raise"]);
  expect(told({ inputCode: "no.such" }, 1)).toBe("device_input.on state");
});

test("a point may mean something else than its device", () => {
  const config = {
    inputCode: "fire.alarm",
    points: { 2: { inputCode: "life.elevator_trapped", contact: "normally-closed" } },
  };
  expect(told(config, 1, "1")).toBe("fire.alarm raise");
  expect(told(config, 0, "2")).toBe("life.elevator_trapped raise");
  expect(told({ points: { 2: { inputCode: "fire.gas" } } }, 1, "1")).toBe("device_input.on state");
});

test("a button may mean something else at each point", () => {
  const button = edge({
    code: { configured: "buttonCode", otherwise: "info.button" },
    phase: "pulse",
    point: field("port"),
  });
  const config = { points: { hall: { buttonCode: "life.sos" } } };
  const press = (port: string) => eventsOf(run({ rules: [button] }, { port }, { config }))[0]?.code;
  expect([press("hall"), press("door")]).toEqual(["life.sos", "info.button"]);
});

test("a vendor's word: the device's meaning, then the binding's, then the table's", () => {
  const word = edge({ code: siteCode(field("w"), { A: "fire.smoke", B: "fire.smoke" }), phase: "pulse" });
  const circumstances = {
    config: { codes: { A: "fire.gas" } },
    options: { codes: { A: "fire.co", B: "fire.co", C: "order.fight", D: "ignore", E: "no.such" } },
  };
  const meaning = (w: string) => {
    const decoded = run({ rules: [word] }, { w }, circumstances);
    return decoded.outcome === "events" ? decoded.events[0]?.code : decoded.outcome;
  };
  expect(["A", "B", "C", "D", "E", "Z"].map(meaning)).toEqual([
    "fire.gas",
    "fire.co",
    "order.fight",
    "ignored",
    "ignored",
    "ignored",
  ]);
});

test("a site may speak of another word than the vendor's table", () => {
  const code = siteCode(field("topic"), { crossed: "intrusion.tripwire" }, undefined, field("rule"));
  const meaning = (rule: string) => {
    const config = { codes: { Gate: "fire.lane_blocked", crossed: "fire.gas" } };
    const decoded = run({ rules: [edge({ code, phase: "pulse" })] }, { topic: "crossed", rule }, { config });
    return eventsOf(decoded)[0]?.code;
  };
  expect([meaning("Gate"), meaning("Wall")]).toEqual(["fire.lane_blocked", "intrusion.tripwire"]);
});

test("the binding says where a format without fixed fields keeps its parts, and its time", () => {
  const word = edge({ code: "life.sos", phase: "pulse", attributes: { kind: optionField("kind", "type") } });
  const message = { rules: [word], time: optionTime(field("at")) };
  const payload = { type: "a", alarm: { type: "b" }, at: 1_772_325_000 };
  const [plain] = eventsOf(run(message, payload));
  expect([plain?.attributes, plain?.deviceAt]).toEqual([{ kind: "a" }, undefined]);
  const options = { fields: { kind: "alarm.type" }, timeUnit: "seconds" } as const;
  const [bound] = eventsOf(run(message, payload, { options }));
  expect([bound?.attributes, bound?.deviceAt]).toEqual([{ kind: "b" }, 1_772_325_000_000]);
});

test("what an earlier message taught can be read, and a parser can teach and ask", () => {
  const teaching: Parser = {
    ...json,
    parse: (...of) => ({
      ...json.parse(...of),
      learned: [{ key: "7", value: "x" }],
      asks: [{ path: "p", payload: new Uint8Array() }],
    }),
  };
  const lift = flag({
    of: field("v"),
    when: [equals(learned(field("alias"), "name"), "Lift")],
    property: constant("v"),
    on: [1],
    off: [0],
    whenOn: { code: "life.elevator_trapped", phase: "raise" },
    whenOff: { code: "life.elevator_trapped", phase: "clear" },
  });
  const decoded = run(
    { parse: teaching, rules: [lift] },
    { alias: 3, v: 1 },
    { taught: { 3: { name: "Lift" } } },
  );
  expect(decoded).toMatchObject({ outcome: "events", learned: [{ key: "7" }], asks: [{ path: "p" }] });
  expect(run({ parse: teaching, rules: [lift] }, { alias: 4, v: 1 })).toMatchObject({
    outcome: "ignored",
    learned: [{ key: "7" }],
  });
});

test("an empty message is read where it says something, and a level tells how long it stands", () => {
  const deleted: Parser = { format: "t", readsEmpty: true, parse: () => ({ body: { gone: 1 } }) };
  const gone = flag({
    of: field("gone"),
    property: constant("p"),
    on: [0],
    off: [1],
    whenOn: { code: "intrusion.perimeter", phase: "raise" },
    whenOff: { code: "intrusion.perimeter", phase: "clear" },
    expiresAfter: 30,
  });
  const [event] = eventsOf(run({ parse: deleted, rules: [gone] }, ""));
  expect(event).toMatchObject({ phase: "clear", expiresAfterMs: 30_000 });
});
