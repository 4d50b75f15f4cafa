import { describe, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/domain/event.ts";
import type { Incident } from "../../src/domain/incident.ts";
import { HOUR, SECOND } from "../../src/domain/time.ts";
import { createIncidentLifeCycle } from "../../src/incidents/life-cycle.ts";
import type { DeviceFacts, Verdict } from "../../src/ports.ts";
import { createRuleEngine, type RulePack } from "../../src/rules/engine.ts";
import { loadRules } from "../../src/rules/load-rules.ts";
import { createCheckpoint, eventAt, feed, NOON, resumed, rulesFrom, ruleText } from "./build.ts";

const { rules } = await loadRules(new URL("../../rules", import.meta.url).pathname);

const SENSOR: DeviceFacts = { kind: "sensor", placeId: "unit-3", zone: "Asia/Shanghai" };
const GATEWAY: DeviceFacts = { kind: "gateway", zone: "Asia/Shanghai" };
const LINK = "gateway:gw-1";

const says =
  (phase: "raise" | "clear") =>
  (second: number, deviceId: string, more: Partial<SecurityEvent> = {}) =>
    eventAt(second * SECOND, "device.offline", phase, {
      id: `${phase}-${deviceId}-${second}`,
      deviceId,
      ...more,
    });
const gone = says("raise");
const back = says("clear");

const give = (engine: RulePack, ...events: readonly SecurityEvent[]): Verdict[] =>
  events.flatMap((event) => feed(engine, event, event.deviceId.startsWith("gateway:") ? GATEWAY : SENSOR));
const until = (engine: RulePack, second: number): readonly Verdict[] =>
  engine.advance(NOON + second * SECOND);
const brief = ({ kind, rule, deviceId, detectedAt, note }: Verdict): string =>
  [`${(detectedAt - NOON) / SECOND} ${kind} ${rule.id} ${deviceId}`, note ? `(${note})` : ""]
    .join(" ")
    .trim();

const known = (second: number): string => `${second} open gateway-offline ${LINK}`;

describe("the three invariants", () => {
  test("alerting is suppressed, never evaluation: what still holds is told with the time at which it began", () => {
    const engine = createRuleEngine(rules);
    expect(give(engine, gone(0, LINK), gone(10, "a")).map(brief)).toEqual([]);
    expect(until(engine, 200).map(brief)).toEqual([
      known(60),
      `100 evidence gateway-offline ${LINK} (device-offline: a)`,
    ]);
    expect(give(engine, back(500, LINK)).map(brief)).toEqual([`500 end gateway-offline ${LINK}`]);
    const [open, ...more] = until(engine, 700);
    expect(more).toEqual([]);
    expect(open).toMatchObject({
      kind: "open",
      rule: { id: "device-offline" },
      at: NOON + 10 * SECOND,
      detectedAt: NOON + 620 * SECOND,
      episode: "raise-a-10",
    });
  });

  test("creation is suppressed, never resolution: what was told before is ended while the gateway is away", () => {
    const engine = createRuleEngine(rules);
    const all = [
      ...give(engine, gone(0, "a")),
      ...until(engine, 95),
      ...give(engine, gone(100, LINK), back(300, "a")),
    ];
    expect(all.map(brief)).toEqual(["90 open device-offline a", known(160), "300 end device-offline a"]);
  });

  test("a parent one hop up is enough: the child of another gateway, or of another estate, is its own", () => {
    const engine = createRuleEngine(rules);
    const all = [
      ...give(engine, gone(0, LINK), gone(1, "b", { gatewayId: "gw-2" }), gone(2, "c", { estateId: "e2" })),
      ...until(engine, 200),
    ];
    expect(all.map(brief)).toEqual([known(60), "91 open device-offline b", "92 open device-offline c"]);
  });
});

/** Plays verdicts through the life cycle; returns every incident, and how often one was opened or resumed. */
function live(verdicts: readonly Verdict[], closeAt?: { readonly index: number; readonly key: string }) {
  const life = createIncidentLifeCycle();
  const byKey = new Map<string, Incident>();
  const incidents = new Map<string, Incident>();
  let notified = 0;
  const keep = (incident: Incident): void => {
    byKey.set(incident.key, incident);
    incidents.set(incident.id, incident);
  };
  for (const [index, verdict] of verdicts.entries()) {
    const current = byKey.get(closeAt?.key ?? "");
    if (closeAt?.index === index && current)
      keep(
        life.command(current, { kind: "close", reason: "false_alarm" }, "li", verdict.detectedAt).incident,
      );
    const change = life.apply(verdict, byKey.get(verdict.key));
    if (!change) continue;
    notified += change.transitions.filter(({ kind }) => kind === "opened" || kind === "resumed").length;
    keep(change.incident);
  }
  return { incidents: [...incidents.values()], notified };
}

describe("a gateway with 40 devices", () => {
  const names = Array.from({ length: 40 }, (_, n) => `d${n}`);
  const down = [gone(0, LINK), ...names.map((name, n) => gone(1 + n / 10, name))];

  test("that goes is one incident; back up, nothing is left open and nothing was told twice", () => {
    const engine = createRuleEngine(rules);
    const verdicts = [
      ...give(engine, ...down),
      ...until(engine, 600),
      ...give(engine, back(601, LINK), ...names.map((name, n) => back(602 + n, name))),
      ...until(engine, 4_000),
    ];
    const { incidents, notified } = live(verdicts);
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ rule: { id: "gateway-offline" }, eventCount: 41, episodeCount: 1 });
    expect(incidents[0]).toHaveProperty("endedAt");
    expect(notified).toBe(1);
  });

  test("one that stays dead after the gateway returned is an incident of its own", () => {
    const engine = createRuleEngine(rules);
    const verdicts = [
      ...give(engine, ...down, back(601, LINK), ...names.slice(1).map((name, n) => back(602 + n, name))),
      ...until(engine, 4_000),
    ];
    const { incidents } = live(verdicts);
    expect(incidents.map(({ rule, deviceId }) => [rule.id, deviceId])).toEqual([
      ["gateway-offline", LINK],
      ["device-offline", "d0"],
    ]);
    expect(incidents[1]).toMatchObject({ openedAt: NOON + SECOND, detectedAt: NOON + 721 * SECOND });
  });

  test("without the field these are 41 incidents: the control", () => {
    const apart = rules.map((rule) => {
      const { explainedBy, ...rest } = rule;
      return explainedBy ? rest : rule;
    });
    const engine = createRuleEngine(apart);
    expect(live([...give(engine, ...down), ...until(engine, 600)]).incidents).toHaveLength(41);
  });

  test("closed by a person while it is away: the next device opens it anew, once, and nothing is swallowed", () => {
    const engine = createRuleEngine(rules);
    const verdicts = [
      ...give(engine, gone(0, LINK), gone(10, "a"), gone(200, "b"), gone(201, "c")),
      ...until(engine, 400),
    ];
    expect(verdicts.map(({ kind }) => kind)).toEqual(["open", "evidence", "evidence", "evidence"]);
    const key = `e1|device.offline|device:${LINK}`;
    const { incidents } = live(verdicts, { index: 2, key });
    expect(incidents.map(({ status, key: of, eventCount }) => [status, of, eventCount])).toEqual([
      ["closed", key, 2],
      ["open", key, 2],
    ]);
  });
});

describe("order and time", () => {
  test("child first: it keeps its own incident, and the gateway has one", () => {
    const engine = createRuleEngine(rules);
    const all = [...give(engine, gone(0, "a"), gone(50, LINK)), ...until(engine, 200)];
    expect(all.map(brief)).toEqual(["90 open device-offline a", known(110)]);
  });

  test("gone again within the grace: what is withheld waits for the second return", () => {
    const engine = createRuleEngine(rules);
    const all = [
      ...give(engine, gone(0, LINK), gone(10, "a"), back(300, LINK), gone(310, LINK)),
      ...until(engine, 1_000),
      ...give(engine, back(1_000, LINK)),
      ...until(engine, 2_000),
    ];
    expect(all.map(brief)).toEqual([
      known(60),
      `100 evidence gateway-offline ${LINK} (device-offline: a)`,
      `300 end gateway-offline ${LINK}`,
      known(370),
      `1000 end gateway-offline ${LINK}`,
      "1120 open device-offline a",
    ]);
  });

  test("a test of the gateway explains nothing that is real", () => {
    const engine = createRuleEngine(rules);
    const all = [...give(engine, gone(0, LINK, { flags: ["test"] }), gone(10, "a")), ...until(engine, 200)];
    expect(all.map(brief)).toEqual([known(60), "100 open device-offline a"]);
  });

  test("a restart in the middle changes nothing", () => {
    const story = [gone(0, LINK), gone(10, "a"), gone(11, "b"), back(300, LINK), back(310, "b")];
    const steady = createRuleEngine(rules);
    const expected = [...give(steady, ...story), ...until(steady, 900)];
    expect(expected.map(brief).at(-1)).toBe("420 open device-offline a");
    for (let cut = 1; cut <= 420; cut += 7) {
      const store = createCheckpoint();
      const first = createRuleEngine(rules);
      const early = story.filter(({ receivedAt }) => receivedAt <= NOON + cut * SECOND);
      const told = [...give(first, ...early), ...until(first, cut)];
      store.save(first.takeChanges());
      const second = resumed(rules, store.states());
      told.push(...give(second, ...story.slice(early.length)), ...until(second, 900));
      expect(told).toEqual(expected);
    }
  });

  test("what is told names the version that tells it", () => {
    const before = rules.map((rule) =>
      rule.id === "device-offline" ? { ...rule, version: "before" } : rule,
    );
    const engine = createRuleEngine(before);
    give(engine, gone(0, LINK), gone(10, "a"), back(100, LINK));
    const store = createCheckpoint();
    store.save(engine.takeChanges());
    const [open] = until(resumed(rules, store.states()), 300);
    const now = rules.find(({ id }) => id === "device-offline");
    expect(open?.rule).toEqual({ id: "device-offline", version: now?.version });
  });

  test("a gateway does not explain itself", () => {
    const one = rulesFrom(
      ruleText({
        incident: "device.offline",
        when: "{ occurs: event.code == 'device.offline' && event.phase == 'raise' }",
        key: "[estate, device]",
        explainedBy: "{ incident: device.offline, of: gateway }",
      }),
    );
    const engine = createRuleEngine(one);
    expect(give(engine, gone(0, LINK), gone(1, "a")).map(brief)).toEqual([
      `0 open a-rule ${LINK}`,
      `1 evidence a-rule ${LINK} (a-rule: a)`,
    ]);
  });

  test("the gateway's rule was taken away meanwhile: what was withheld is told", () => {
    const engine = createRuleEngine(rules);
    give(engine, gone(0, LINK), gone(10, "a"));
    until(engine, 200);
    const store = createCheckpoint();
    store.save(engine.takeChanges());
    const fewer = resumed(
      rules.filter(({ id }) => id !== "gateway-offline"),
      store.states(),
    );
    expect(until(fewer, HOUR / SECOND).map(brief)).toEqual(["220 open device-offline a"]);
  });
});
