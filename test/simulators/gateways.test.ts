import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { startGateways, type Credential, type GatewayFigures } from "../../simulators/gateways.ts";
import { createWorld } from "../../simulators/world.ts";
import { startTestBroker, type TestBroker } from "./broker-for-tests.ts";

const world = createWorld({ seed: 2, today: "2026-03-31" });
const SECRET = "only-for-this-test";
const credentials: Credential[] = world.estates
  .slice(0, 3)
  .map(({ id, gateway }) => ({ gatewayId: gateway.id, estateId: id, secret: SECRET }));
const RUN = new URL("../../simulators/run.ts", import.meta.url).pathname;

async function brokerFor(password = SECRET): Promise<TestBroker> {
  const broker = await startTestBroker({ password });
  onTestFinished(() => broker.close());
  return broker;
}

function statuses(broker: TestBroker): string[] {
  return broker.received
    .filter(({ topic }) => topic.endsWith("/status") && topic.includes("/gateways/"))
    .map(({ client, payload }) => `${client} ${payload}`);
}

test("gateways connect, say that they are there, publish, and say goodbye", async () => {
  const broker = await brokerFor();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const gateways = startGateways({ url, world, credentials, seed: 1, speed: 200 });
  onTestFinished(() => gateways.stop());
  await expect.poll(() => gateways.figures().connected).toBe(3);
  await expect.poll(() => broker.received.length, { timeout: 10_000 }).toBeGreaterThan(100);
  await gateways.stop();

  const ids = credentials.map(({ gatewayId }) => gatewayId);
  const told = statuses(broker);
  expect(new Set(told)).toEqual(new Set(ids.flatMap((id) => [`${id} online`, `${id} offline`])));
  for (const { client, topic } of broker.received) {
    const own = credentials.find(({ gatewayId }) => gatewayId === client);
    expect(topic.startsWith(`estates/${own?.estateId}/`), topic).toBe(true);
  }
  const kinds = new Set(broker.received.map(({ topic }) => topic.split("/")[4]));
  expect(kinds).toContain("events");
  expect(kinds).toContain("zigbee2mqtt");
  expect(kinds).toContain("frigate");
  expect(gateways.figures()).toMatchObject({ connected: 0, failed: 0, lastError: undefined });
});

test("after a break they come back by themselves; the broker publishes their will", async () => {
  const broker = await brokerFor();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const one = credentials.slice(0, 1);
  const gateways = startGateways({ url, world, credentials: one, seed: 1, speed: 50 });
  onTestFinished(() => gateways.stop());
  await expect.poll(() => statuses(broker).length).toBe(1);
  broker.cut();
  await expect
    .poll(() => statuses(broker), { timeout: 10_000 })
    .toEqual(["online", "offline", "online"].map((status) => `${one[0]?.gatewayId} ${status}`));
});

test("an estate that is not in the world, and a speed of 0, are refused", () => {
  const strange = [{ gatewayId: "g", secret: "s", estateId: "elsewhere" }];
  const options = { url: "mqtt://127.0.0.1:1", world, seed: 1, speed: 1 };
  expect(() => startGateways({ ...options, credentials: strange })).toThrow(/elsewhere/);
  expect(() => startGateways({ ...options, credentials: [], speed: 0 })).toThrow(/speed/);
});

function runProgram(port: number, input: string): ReturnType<typeof spawn> {
  const child = spawn(
    process.execPath,
    [RUN, "--url", `mqtt://127.0.0.1:${port}`, "--speed", "100", "--seed", "2", "--today", "2026-03-31"],
    { stdio: "pipe" },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.end(input);
  return child;
}

test("the program takes credentials on standard input and stops cleanly on SIGTERM", async () => {
  const broker = await brokerFor();
  const child = runProgram(broker.port, JSON.stringify(credentials));
  if (!child.stdout) throw new Error("no output");
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  expect(JSON.parse(first.toString())).toEqual({ connected: 3 });
  await expect.poll(() => broker.received.length).toBeGreaterThan(20);
  const rest = text(child.stdout);
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(child.exitCode).toBe(0);
  const figures = JSON.parse(await rest) as GatewayFigures;
  expect(figures.failed).toBe(0);
  expect(figures.acknowledged).toBe(figures.published);
  expect(statuses(broker).filter((status) => status.endsWith("offline"))).toHaveLength(3);
});

test("wrong credentials are reported without the secret", async () => {
  const broker = await brokerFor("another");
  const child = runProgram(broker.port, JSON.stringify(credentials.slice(0, 1)));
  if (!child.stderr) throw new Error("no output");
  const [complaint] = (await once(child.stderr, "data")) as [Buffer];
  expect(complaint.toString()).toMatch(/^run: Connection refused/);
  expect(complaint.toString()).not.toContain(SECRET);
});

test.each(["not json", '[{"gatewayId":"g","secret":"s"}]'])(
  "credentials %s end the program with a reason",
  async (input) => {
    const child = runProgram(1, input);
    if (!child.stderr) throw new Error("no output");
    const [complaint] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(child.exitCode).toBe(1);
    expect(complaint).toMatch(/^run: the credentials are (not JSON|wrong: 0.estateId)/);
  },
);
