import { expect, test } from "vitest";
import { answerBridges } from "../../src/app/bridge-answers.ts";
import type { InboundMessage } from "../../src/ports.ts";
import { createLog } from "../../src/runtime/log.ts";

const message = (transport: InboundMessage["transport"], gatewayId = "gw-1"): InboundMessage => ({
  transport,
  gatewayId,
  route: { kind: "bridge", estateId: "e1", gatewayId, path: "spBv1.0/g/NDATA/n" },
  payload: new Uint8Array(),
  retained: false,
  receivedAt: 0,
});
const asks = [{ path: "spBv1.0/g/NCMD/n", payload: Buffer.from("x") }];

test("a bridge is asked once in ten seconds, each bridge for itself, over MQTT only", () => {
  const sent: string[] = [];
  let now = 0;
  const sendBack = answerBridges({
    toProgram: (gatewayId, estateId, path) =>
      Promise.resolve(void sent.push(`${estateId} ${gatewayId} ${path}`)),
    clock: { now: () => now },
    log: createLog("fatal"),
  });
  for (now of [0, 9_999, 10_000]) sendBack(message("mqtt"), asks);
  sendBack(message("mqtt", "gw-2"), asks);
  sendBack(message("http", "gw-3"), asks);
  expect(sent).toEqual(["gw-1", "gw-1", "gw-2"].map((gateway) => `e1 ${gateway} spBv1.0/g/NCMD/n`));
});

test("a bridge that is away does no harm", async () => {
  const sendBack = answerBridges({
    toProgram: () => Promise.reject(new Error("away")),
    clock: { now: () => 0 },
    log: createLog("fatal"),
  });
  expect(() => sendBack(message("mqtt"), asks)).not.toThrow();
  await Promise.resolve();
});
