/** The sequences of the device facts as far as decoding goes; the hub's tests find the edges. */
import { describe, expect, test } from "vitest";
import { decode, eventsOf, sharedBytes } from "./support.ts";

const z2m = (payload: unknown) => decode("zigbee2mqtt", "zigbee2mqtt/x", payload);
const leak = (payload: unknown) =>
  eventsOf(z2m(payload)).filter(({ code }) => code === "facility.water_leak");

describe("sequences", () => {
  test("1: three leaks and a clear are level reports of one property", () => {
    const files = ["alarm", "alarm", "alarm", "clear"].map((name) =>
      sharedBytes(`z2m_water_leak_${name}.json`),
    );
    const told = files.map(leak);
    expect(told.map(([event]) => event?.phase)).toEqual(["raise", "raise", "raise", "clear"]);
    for (const [event] of told) expect(event).toMatchObject({ report: "level", property: "water_leak" });
  });

  test("2: null is neither raise nor clear", () => {
    expect(z2m({ water_leak: null, linkquality: 60 })).toEqual({
      outcome: "ignored",
      reason: "telemetry",
      device: "x",
    });
  });

  test("3: contact false, then true: opened, closed, on one property", () => {
    const events = [false, true].flatMap((contact) => eventsOf(z2m({ contact })));
    expect(events.map(({ code, phase, property }) => [code, phase, property])).toEqual([
      ["access.door_opened", "state", "contact"],
      ["access.door_closed", "state", "contact"],
    ]);
  });

  test("4: an SOS is an edge, the idle report after it is no event", () => {
    const [sos] = eventsOf(z2m(sharedBytes("z2m_sos_emergency.json")));
    expect(sos).toMatchObject({ code: "life.sos", phase: "pulse", report: "edge" });
    for (const action of ["", null]) {
      expect(z2m({ action, battery: 100, linkquality: 18 })).toMatchObject({
        outcome: "ignored",
        reason: "telemetry",
      });
    }
  });

  test("5: a smoke test is a test, not a fire", () => {
    const held = {
      ac_status: false,
      battery_low: false,
      smoke: false,
      tamper: false,
      test: true,
      trouble: false,
    };
    const raised = eventsOf(z2m(held)).filter(({ phase }) => phase !== "clear");
    expect(raised.map(({ code }) => code)).toEqual(["device.test"]);
    for (const event of eventsOf(z2m({ ...held, smoke: true }))) expect(event.flags).toEqual(["test"]);
  });

  test("11: a review that rises keeps its item and tells the new severity as its own edge", () => {
    const update = JSON.parse(sharedBytes("frigate_reviews_update.json").toString()) as {
      before: object;
      after: object;
    };
    const started = { type: "new", before: update.before, after: update.before };
    const [first] = eventsOf(decode("frigate", "frigate/reviews", started));
    const [second] = eventsOf(decode("frigate", "frigate/reviews", update));
    expect(first).toMatchObject({ code: second?.code, device: second?.device, property: "detection" });
    expect(second).toMatchObject({ property: "alert", attributes: { severity: "alert" } });
    expect(first?.attributes?.["reviewId"]).toBe(second?.attributes?.["reviewId"]);
    expect(first?.eventKey).not.toBe(second?.eventKey);
    expect(first?.keyAt).toBe(second?.keyAt);
    // The time of a rise is not told; the start of the item would make it look late.
    expect(second?.deviceAt).toBeUndefined();
  });

  test("13: what has an identity of its vendor's carries it in every repeat", () => {
    const bytes = sharedBytes("frigate_events_update.json");
    const twice = [bytes, bytes].map((payload) => eventsOf(decode("frigate", "frigate/events", payload))[0]);
    expect(twice[0]?.eventKey).toBe("1607123955.475377-mxklsc:update:yard,driveway");
    expect(twice[1]).toEqual(twice[0]);
  });
});
