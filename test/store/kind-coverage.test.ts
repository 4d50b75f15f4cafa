import { expect, test } from "vitest";
import { watchedGateway } from "../../src/domain/exposure.ts";
import { HOUR } from "../../src/domain/time.ts";
import { device, estate, gateway, T0 } from "../contracts/store/samples.ts";
import { temporaryStores } from "./temporary.ts";

const temporary = temporaryStores();

test("the kinds of an estate together are its coverage, and each has its own seconds", async () => {
  const store = temporary.open();
  await store.putEstate(estate("e1"));
  await store.putGateway(gateway("gw1", ["e1"]));
  const span = { from: T0 + HOUR, to: T0 + 2 * HOUR };
  const sighted = (deviceId: string, gatewayId: string, at: number) => ({
    estateId: "e1",
    deviceId,
    gatewayId,
    profile: "native",
    at,
    simulated: false,
  });
  await store.react((tx) =>
    tx.seeDevices([
      sighted("d1", "gw1", T0),
      sighted("d2", "gw1", T0),
      sighted("d3", "gw2", T0 + HOUR + HOUR / 4),
    ]),
  );
  await store.putDevice(device("e1", "d2", { kind: "camera", gatewayId: "gw1" }));
  await store.react((tx) =>
    tx.noteSigns([
      { ...watchedGateway("gw1"), kind: "away", at: T0 + HOUR + HOUR / 2 },
      { ...watchedGateway("gw1"), kind: "back", at: T0 + 3 * HOUR },
    ]),
  );
  const kinds = await store.coverageByKind(span);
  // d1 half an hour of one, d3 all three quarters since it was known; the camera half of its hour.
  expect(kinds.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([
    { estateId: "e1", kind: "camera", deviceSeconds: 3_600, observedSeconds: 1_800 },
    { estateId: "e1", kind: "other", deviceSeconds: 6_300, observedSeconds: 4_500 },
  ]);
  expect((await store.coverage("e1", [span]))[0]).toBeCloseTo(6_300 / 9_900, 12);
  expect(await store.coverageByKind({ from: T0 - HOUR, to: T0 })).toMatchObject([
    { deviceSeconds: 0, observedSeconds: 0 },
    { deviceSeconds: 0, observedSeconds: 0 },
  ]);
});
