import { constant, first, level, within, type Rule, type Source } from "../src/device-kit/index.ts";

/**
 * A battery told in percent: low at 10 and below, well again from 15 on. Between them nothing is said, so
 * that a reading that wavers raises no second alarm; readings above 100 stand for "unknown".
 */
export const lowBattery = (of: Source, property: string, point?: Source): Rule => {
  const battery = { code: "device.low_battery", property: constant(property), ...(point && { point }) };
  return first(
    level({ ...battery, when: [within(of, { least: 0, most: 10 })], phase: "raise", value: of }),
    level({ ...battery, when: [within(of, { least: 15, most: 100 })], phase: "clear", value: of }),
  );
};
