import {
  constant,
  edge,
  equals,
  exists,
  first,
  firstOf,
  level,
  oneOf,
  type Rule,
} from "../../src/device-kit/index.ts";
import { lowBattery } from "../low-battery.ts";
import type { At } from "./at.ts";
import { condition } from "../condition.ts";

const LOW = ["low battery", "testing alarm with low battery"];
const TESTS = ["testing alarm with normal battery", "testing alarm with low battery"];

/** Smoke detector GS524N: one word for everything. `silent` only stops its horn and says nothing of smoke. */
const smokeDetector = (at: At): readonly Rule[] => {
  const event = at("event");
  const when = [equals(at("type"), "smoke sensor")];
  return [
    condition({
      when,
      of: event,
      name: "smoke",
      code: "fire.smoke",
      raised: ["alarm"],
      cleared: ["normal"],
    }),
    condition({
      when,
      of: event,
      name: "failover",
      code: "device.fault",
      raised: ["failover"],
      cleared: ["normal"],
    }),
    condition({
      when,
      of: event,
      name: "removed",
      code: "device.tamper",
      raised: ["removed"],
      cleared: ["installed"],
    }),
    edge({ when: [...when, oneOf(event, ...TESTS)], code: "device.test", phase: "pulse" }),
  ];
};

/** Gas detector GS101, in the words of the vendor's codec and of the one in The Things Stack. */
const gasDetector = (at: At): readonly Rule[] => [
  condition({
    of: at("gas_status"),
    name: "gas_status",
    code: "fire.gas",
    raised: ["alarm"],
    cleared: ["normal"],
  }),
  condition({
    when: [exists(at("life_remain"))],
    of: at("state"),
    name: "gas_status",
    code: "fire.gas",
    raised: ["abnormal"],
    cleared: ["normal"],
  }),
  condition({
    of: at("alarm"),
    name: "sensor",
    code: "device.fault",
    raised: ["device fault", "device invalid", "sensor failure", "sensor failed"],
    cleared: ["device fault recovered", "sensor recover"],
  }),
  condition({
    of: at("alarm"),
    name: "power",
    code: "device.ac_loss",
    raised: ["power off", "power down"],
    cleared: ["power on"],
  }),
];

/** What detectors of smoke and gas say. */
export const detectorRules = (at: At): readonly Rule[] => [...smokeDetector(at), ...gasDetector(at)];

/** The battery, by a smoke detector's own word before its percentage: both would contradict each other. */
export const batteryRule = (at: At): Rule =>
  first(
    level({
      when: [equals(at("type"), "smoke sensor"), oneOf(at("event"), ...LOW)],
      code: "device.low_battery",
      phase: "raise",
      property: constant("battery"),
    }),
    lowBattery(firstOf(at("battery"), at("battery_level")), "battery"),
  );
