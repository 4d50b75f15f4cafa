import { describe, expect, test } from "vitest";
import { contactIdReport, contactIdTables } from "../../devices/contact-id/contact-id.ts";
import { CONTACT_ID } from "../../devices/contact-id/events.ts";
import { canonicalCode, phaseFits } from "../../src/device-kit/index.ts";

describe("Contact ID", () => {
  test.each([
    [1, "110", "fire.alarm", "raise", "edge"],
    [3, "110", "fire.alarm", "clear", "edge"],
    [6, "110", "fire.alarm", "raise", "level"],
    [1, "113", "fire.waterflow", "raise", "edge"],
    [1, "344", "device.jamming", "raise", "edge"],
    [1, "401", "system.disarm", "pulse", "edge"],
    [3, "401", "system.arm", "pulse", "edge"],
    [3, "441", "system.arm", "pulse", "edge"],
    [1, "421", "access.denied", "pulse", "edge"],
    [1, "570", "system.bypass", "raise", "edge"],
    [3, "570", "system.bypass", "clear", "edge"],
    [1, "602", "device.test", "pulse", "edge"],
    [3, "602", "device.test", "pulse", "edge"],
    [1, "641", "life.inactivity", "raise", "edge"],
  ] as const)("%i %s → %s %s", (qualifier, event, code, phase, report) => {
    expect(contactIdReport(qualifier, event)).toEqual({ code, phase, report });
  });

  test.each([
    ["the restore of a moment", 3, "421"],
    ["an arming that is still present", 6, "401"],
    ["an event nobody knows", 1, "999"],
    ["a qualifier nobody knows", 2, "110"],
    ["what every object has", 1, "toString"],
  ])("%s is nothing", (_what, qualifier, event) => {
    expect(contactIdReport(qualifier, event)).toBeUndefined();
  });

  test("events have three digits, codes of the taxonomy and phases that fit", () => {
    const wrong = Object.entries(CONTACT_ID).filter(([event, { code, onNew, onRestore, restoreCode }]) => {
      const restored = restoreCode ?? code;
      return (
        !/^[1-6]\d\d$/.test(event) ||
        canonicalCode(code) !== code ||
        canonicalCode(restored) !== restored ||
        !phaseFits(code, onNew) ||
        (onRestore !== undefined && !phaseFits(restored, onRestore))
      );
    });
    expect(wrong).toEqual([]);
  });

  test("the four-digit tables say the same", () => {
    const { codes, phases, events } = contactIdTables(1, 3);
    expect(Object.keys(codes)).toEqual(Object.keys(phases));
    expect(Object.keys(codes)).toEqual(Object.keys(events));
    expect([codes["3401"], phases["3401"], events["3401"]]).toEqual(["system.arm", "pulse", "401"]);
    expect(codes["6110"]).toBeUndefined();
    expect(contactIdTables(6).phases["6110"]).toBe("raise");
  });
});
