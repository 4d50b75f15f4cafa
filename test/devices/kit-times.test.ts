import { describe, expect, test } from "vitest";
import {
  epochMilliseconds,
  epochSeconds,
  field,
  firstTime,
  isoTime,
  localTime,
  type TimeSpec,
} from "../../src/device-kit/index.ts";
import { compileMessage } from "../../src/device-kit/define-profile.ts";
import { BASE, run, sos } from "./kit-support.ts";
import { eventsOf, type Circumstances } from "./support.ts";

describe("times", () => {
  const at = (time: TimeSpec, value: unknown, circumstances?: Circumstances) => {
    const [event] = eventsOf(run({ time, rules: [sos([])] }, { t: value }, circumstances));
    return event?.deviceAt === undefined ? undefined : [new Date(event.deviceAt).toISOString(), event.flags];
  };
  const t = field("t");

  test.each([
    [epochSeconds(t), 1646945882.47, "2022-03-10T20:58:02.470Z"],
    [epochSeconds(t), "1583173448", "2020-03-02T18:24:08.000Z"],
    [epochMilliseconds(t), 1590045190230, "2020-05-21T07:13:10.230Z"],
    [isoTime(t, "device"), "2024-11-19T16:53:28+01:00", "2024-11-19T15:53:28.000Z"],
    [isoTime(t, "device"), "2026-04-17T23:33:22.123456789Z", "2026-04-17T23:33:22.123Z"],
    [isoTime(t, "utc"), "2026-04-17T23:33:22", "2026-04-17T23:33:22.000Z"],
    [localTime(t, "HH:mm:ss,MM-dd-yyyy", "utc"), "14:12:04,09-25-2011", "2011-09-25T14:12:04.000Z"],
  ])("%j of %j", (time, value, expected) => expect(at(time, value)).toEqual([expected, undefined]));

  test.each([
    [isoTime(t, "device"), "2009-12-04T16:23:32", "2009-12-04T08:23:32.000Z"],
    [localTime(t, "yyyyMMddHHmmss", "device"), 20230412145514, "2023-04-12T06:55:14.000Z"],
    [
      localTime(t, "yyyy-MM-dd HH:mm:ss.SSS", "device"),
      "2024-11-11 11:11:11.250",
      "2024-11-11T03:11:11.250Z",
    ],
  ])("%j of %j assumes the zone and says so", (time, value, expected) =>
    expect(at(time, value)).toEqual([expected, ["zone_assumed"]]),
  );

  test("the device's own zone goes before the estate's, summer time included", () => {
    const berlin = { config: { zone: "Europe/Berlin" } };
    const local = localTime(t, "yyyy-MM-dd HH:mm:ss", "device");
    expect(at(local, "2026-07-01 12:00:00", berlin)?.[0]).toBe("2026-07-01T10:00:00.000Z");
    expect(at(local, "2026-01-01 12:00:00", berlin)?.[0]).toBe("2026-01-01T11:00:00.000Z");
    expect(at(local, "2026-03-29 03:00:00", berlin)?.[0]).toBe("2026-03-29T01:00:00.000Z");
    expect(at(local, "2026-01-01 12:00:00", { zone: "America/St_Johns" })?.[0]).toBe(
      "2026-01-01T15:30:00.000Z",
    );
  });

  test.each([
    [epochSeconds(t), 1.33],
    [epochSeconds(t), 1646945882470],
    [epochMilliseconds(t), 1646945882],
    [isoTime(t, "device"), "2026-13-01T00:00:00Z"],
    [isoTime(t, "device"), "2026-02-29T00:00:00Z"],
    [isoTime(t, "device"), "now"],
    [localTime(t, "yyyyMMddHHmmss", "device"), "2023041214551"],
    [epochSeconds(t), null],
    [epochSeconds(t), {}],
  ])("%j of %j is no time", (time, value) => expect(at(time, value)).toBeUndefined());

  test("the first plausible of several", () => {
    const any = firstTime(isoTime(t, "device"), epochMilliseconds(t), epochSeconds(t));
    for (const value of ["2020-05-21T07:13:10Z", 1590045190000, 1590045190]) {
      expect(at(any, value)?.[0]).toBe("2020-05-21T07:13:10.000Z");
    }
  });

  test("an unknown zone is a dead letter, not a throw", () => {
    const decoded = run({ time: isoTime(t, "device") }, { t: "2026-01-01T00:00:00" }, { zone: "Moon/Base" });
    expect(decoded).toMatchObject({ outcome: "undecodable", reason: "profile_fault" });
    const broken = { ...BASE, time: localTime(t, "dd.MM.", "utc") };
    expect(() => compileMessage(broken)).toThrow(/lacks yyyy, HH, mm/);
    expect(run(broken, { t: "1.1." })).toMatchObject({ outcome: "undecodable", reason: "profile_fault" });
  });
});
