/** Captured messages through the real doors: broker, intake and alarm receiver of a hub in its own process. */
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { PbfWriter } from "pbf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arrival, indexEntries, meets } from "../devices/shared-index.ts";
import { SHARED, sharedBytes } from "../devices/support.ts";
import { freePort, prepareHub, ROOT, type HubProcess, type Json } from "./hub-process.ts";
import { sequences, type Sequence, type Step } from "./sequence-scripts.ts";

/** Two rules for reviews beside the default pack: one type, two severities. */
const REVIEW_RULES = ["detection P4", "alert P2"]
  .map((line) => line.split(" "))
  .map(
    ([word, severity]) => `
- id: review-${word}
  title: { zh: 发现人员, en: Person seen }
  incident: intrusion.person_detected
  severity: ${severity}
  cause: { zh: 摄像机发现人员。, en: A camera saw somebody. }
  consequence: { zh: 可能有人闯入。, en: Somebody may have come in. }
  response: { zh: 查看录像。, en: Look at the recording. }
  respondWithin: 5m
  when:
    occurs: event.code == 'intrusion.person_detected' && event.phase == 'raise' && event.attributes.severity == '${word}'
  clears: { after: 1h }
  key: [estate, device]
`,
  )
  .join("");

let hub: HubProcess;
let siaPort = 0;
const secrets = new Map<string, string>();

beforeAll(async () => {
  if (SHARED.missing) return;
  siaPort = await freePort();
  const rulesDir = join(tmpdir(), `zhian-sequence-rules-${process.pid}`);
  mkdirSync(rulesDir, { recursive: true });
  for (const file of readdirSync(join(ROOT, "rules")))
    writeFileSync(join(rulesDir, file), readFileSync(join(ROOT, "rules", file)));
  writeFileSync(join(rulesDir, "reviews.yaml"), REVIEW_RULES);
  hub = await prepareHub({
    rulesDir,
    sia: { tcp: { port: siaPort }, accounts: [{ account: "AAA", estate: "s10", gateway: "gw-s10" }] },
  });
  await hub.start();
}, 60_000);
afterAll(() => hub?.dispose());

/** An estate with a gateway of its own. */
async function site(id: string): Promise<void> {
  const estate = { id, name: id, zone: "Asia/Shanghai", households: 100 };
  expect((await hub.api("POST", "/v1/estates", estate)).status).toBe(201);
  const made = await hub.api("POST", "/v1/gateways", { id: `gw-${id}`, name: id, estateIds: [id] });
  expect(made.status).toBe(201);
  secrets.set(id, made.body.secret as string);
}

function mqttClient(id: string): Promise<MqttClient> {
  return connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: `gw-${id}`,
    username: `gw-${id}`,
    password: secrets.get(id) ?? "",
    keepalive: 30,
  });
}

/** Plays steps in order, each acknowledged before the next. */
async function play(id: string, steps: readonly Step[]): Promise<void> {
  const client = await mqttClient(id);
  const line = steps.some(({ via }) => via === "tcp") ? connectSocket(siaPort, "127.0.0.1") : undefined;
  if (line) await once(line, "connect");
  for (const { via, path, payload, contentType } of steps) {
    if (via === "mqtt") {
      await client.publishAsync(`estates/${id}/bridges/gw-${id}/${path}`, Buffer.from(payload), { qos: 1 });
    } else if (via === "http") {
      const response = await fetch(`${hub.url}/intake/${id}/gw-${id}/${path}`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`gw-${id}:${secrets.get(id)}`).toString("base64")}`,
          ...(contentType !== undefined && { "content-type": contentType }),
        },
        body: Buffer.from(payload),
      });
      if (response.status !== 200) throw new Error(`the intake answered ${response.status} to ${path}`);
    } else if (line) {
      const answer = once(line, "data");
      line.write(`\n${Buffer.from(payload).toString().trim()}\r`);
      await answer;
    }
  }
  line?.destroy();
  await client.endAsync();
}

const all = async (path: string): Promise<Json[]> => (await hub.api("GET", `${path}&limit=500`)).body.items;

/** Waits until react has gone through everything that was acknowledged. */
async function settle(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { figures } = (await hub.api("GET", "/health")).body;
    const caughtUp =
      figures.reactSegment === figures.journalSegment && figures.reactOffset === figures.journalOffset;
    if (caughtUp && figures.journalPendingEntries === 0) return;
    await sleep(25);
  }
  throw new Error("react did not catch up");
}

async function ignoredSoFar(): Promise<Readonly<Record<string, number>>> {
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  const lines = text.matchAll(/^zhian_messages_total\{outcome="ignored",reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, reason = "", count]) => [reason, Number(count)]));
}

interface Told {
  readonly device: string;
  readonly code: string;
  /** `code phase transition` */
  readonly fact: string;
  readonly profile: string;
}

/** An estate's events, oldest first, without those of its gateway. */
async function told(id: string): Promise<Told[]> {
  const events = await all(`/v1/events?estateId=${id}`);
  return events
    .toReversed()
    .filter(({ profile }) => profile !== "hub")
    .map(({ deviceId, code, phase, transition, profile }) => ({
      device: String(deviceId).replace(`gw-${id}:`, ""),
      code,
      fact: `${code} ${phase} ${transition}`,
      profile,
    }));
}

describe.skipIf(SHARED.missing)("sequences of the device facts", () => {
  const scripts: readonly Sequence[] = SHARED.missing ? [] : sequences();

  test.each(scripts)("$number: $name", async (script) => {
    const id = `s${script.number}`;
    await site(id);
    const before = await ignoredSoFar();
    await play(id, script.steps);
    await settle();
    const { about = /(?:)/ } = script;
    const events = (await told(id)).filter(({ fact }) => about.test(fact));
    expect(events.map(({ device, fact }) => `${device} ${fact}`)).toEqual(script.events);
    for (const { profile } of events) expect(script.profiles).toContain(profile);
    const incidents = (await all(`/v1/incidents?estateId=${id}`)).filter(
      ({ deviceId }) => !deviceId.startsWith("gateway:"),
    );
    expect(incidents.map(({ type, severity }) => `${type} ${severity}`)).toEqual(script.incidents);
    const after = await ignoredSoFar();
    for (const [reason, count] of Object.entries(script.ignored ?? {})) {
      expect((after[reason] ?? 0) - (before[reason] ?? 0), reason).toBe(count);
    }
    const letters = (await all("/v1/dead-letters?")).filter(({ estateId }) => estateId === id);
    expect(letters.map(({ reason }) => reason)).toEqual(script.dead ?? []);
    const known = async () =>
      (await all(`/v1/devices?estateId=${id}`)).map((device) => String(device.id).replace(`gw-${id}:`, ""));
    await expect.poll(async () => script.devices && known(), { timeout: 10_000 }).toEqual(script.devices);
  });
});

describe.skipIf(SHARED.missing)("a node whose birth was not heard", () => {
  /** A payload of one boolean metric: by name and alias in a birth, by alias alone afterwards. */
  const metricBytes = (name: string | undefined, value: boolean): Buffer => {
    const writer = new PbfWriter();
    writer.writeVarintField(1, Date.now());
    writer.writeMessage(
      2,
      (_metric: undefined, metric: PbfWriter) => {
        if (name !== undefined) metric.writeStringField(1, name);
        metric.writeVarintField(2, 7);
        metric.writeVarintField(4, 11);
        metric.writeBooleanField(14, value);
      },
      undefined,
    );
    return Buffer.from(writer.finish());
  };

  test("is asked to be born again, and what it said meanwhile can be replayed", async () => {
    await site("spark");
    const base = "estates/spark/bridges/gw-spark/spBv1.0/plant";
    const node = await mqttClient("spark");
    await node.subscribeAsync("estates/spark/bridges/gw-spark/spBv1.0/+/NCMD/+", { qos: 1 });
    const asked = new Promise<readonly [string, Buffer]>((resolve) => {
      node.once("message", (topic, payload) => resolve([topic, payload]));
    });
    const say = (type: string, bytes: Buffer) =>
      node.publishAsync(`${base}/${type}/plc/door`, bytes, { qos: 1 });
    await say("DDATA", metricBytes(undefined, true));
    const [topic, request] = await asked;
    expect(topic).toBe(`${base}/NCMD/plc`);
    expect(request.toString("latin1")).toContain("Node Control/Rebirth");
    await settle();
    const letter = (await all("/v1/dead-letters?")).find(({ estateId }) => estateId === "spark");
    expect(letter).toMatchObject({ reason: "not_learned" });

    await say("DBIRTH", metricBytes("Inputs/Door", false));
    await settle();
    const replayed = await hub.api("POST", `/v1/dead-letters/${letter.id}/replay`);
    expect(replayed.body).toMatchObject({ outcome: "events", events: 1 });
    await say("DDATA", metricBytes(undefined, true));
    await settle();
    const events = (await all("/v1/events?estateId=spark")).filter(({ profile }) => profile === "sparkplug");
    expect(events.filter(({ code }) => code === "device_input.on")).toHaveLength(2);
    expect(events.every(({ point }) => point === "Inputs/Door" || point === undefined)).toBe(true);

    // A restart forgets no alias.
    await node.endAsync();
    await hub.stop();
    await hub.start();
    const again = await mqttClient("spark");
    await again.publishAsync(`${base}/DDATA/plc/door`, metricBytes(undefined, false), { qos: 1 });
    await settle();
    const [latest] = await all("/v1/events?estateId=spark&deviceId=gw-spark:sparkplug:plant/plc/door");
    expect(latest).toMatchObject({ code: "device_input.off", point: "Inputs/Door" });
    await again.endAsync();
  });
});

describe.skipIf(SHARED.missing)("13: any capture twice is one event", () => {
  const entries = indexEntries();

  test("every capture through its door, twice: what is stored is what one of them says", async () => {
    await site("once");
    await site("twice");
    const steps = entries
      .map((entry) => ({ ...arrival(entry), file: entry.file }))
      .filter(({ transport }) => transport !== "tcp")
      .map(({ transport, path, file }): Step => ({
        via: transport,
        path: path.replace(/^zigbee\//, "zigbee2mqtt/"),
        payload: sharedBytes(file),
      }));
    await play("once", steps);
    await play(
      "twice",
      steps.flatMap((step) => [step, step]),
    );
    await settle();
    // What has neither time nor identity is kept, marked as a repeat, and no rule begins anything from it.
    const facts = (events: readonly Told[]): readonly string[] =>
      events.filter(({ fact }) => !fact.endsWith(" repeat")).map(({ device, fact }) => `${device} ${fact}`);
    const single = facts(await told("once"));
    expect(single.length).toBeGreaterThan(60);
    expect(facts(await told("twice"))).toEqual(single);
  });

  test("control: the index's expectations are among what was stored", async () => {
    const codes = new Set((await told("once")).map(({ code }) => code));
    const expected = entries.filter(
      ({ file, expected: { code } }) =>
        !file.startsWith("sia_") &&
        !/^(?:none|info\.(?:telemetry|metadata)|device\.(?:heartbeat|undecodable))/.test(code),
    );
    expect(expected.filter(({ expected: { code } }) => !codes.has(code)).map(({ file }) => file)).toEqual([]);
    expect(meets({ outcome: "ignored", reason: "empty" }, { code: "fire.smoke", phase: "raise" })).toBe(
      false,
    );
  });
});
