import {
  constant,
  contact,
  edge,
  equals,
  field,
  first,
  firstOf,
  level,
  oneOf,
  siteCode,
  type Rule,
  type Source,
} from "../../src/device-kit/index.ts";
import type { At } from "./at.ts";
import { condition } from "../condition.ts";
import { batteryRule, detectorRules } from "./detectors.ts";
import { radarRules } from "./radar.ts";
import type { UplinkKey } from "./uplink-key.ts";

/** Where the decoded object stands in the message, and which uplink it is of. */
export interface DecodedObject {
  readonly at: string;
  readonly uplink: UplinkKey;
}

const AXES = ["threshold_x", "threshold_y", "threshold_z"];
/** `short press` in the vendor's codec, `short` in the one of The Things Stack. */
const PRESSES = ["short press", "long press", "double press", "short", "long", "double"];
const ALARM = ["threshold_alarm", "threshold alarm", "temperature threshold alarm"];
const RELEASE = ["threshold_alarm_release", "threshold alarm release", "temperature threshold alarm release"];

/** A door contact in words. */
const door = (of: Source): Rule =>
  contact({
    of,
    property: constant("door"),
    on: ["open"],
    off: ["close", "closed"],
    whenOn: { code: "access.door_opened", phase: "state" },
    whenOff: { code: "access.door_closed", phase: "state" },
  });

/** Any axis beyond its threshold: the cover is moved. All of them within: it lies as it did. */
const tilt = (at: At): Rule => {
  const cover = {
    code: siteCode(constant("tilt"), { tilt: "facility.manhole_open" }),
    property: constant("tilt"),
    attributes: { angleX: at("angle_x"), angleY: at("angle_y"), angleZ: at("angle_z") },
  };
  return first(
    ...AXES.map((axis) => level({ ...cover, when: [equals(at(axis), "trigger")], phase: "raise" })),
    level({ ...cover, when: AXES.map((axis) => equals(at(axis), "normal")), phase: "clear" }),
  );
};

/** The button WS101 is sold as an SOS button; where it rings a bell, `buttonCode` says so. */
const button = (at: At, uplink: UplinkKey): Rule => {
  const press = firstOf(at("button_event.status"), at("button"), at("press"));
  return edge({
    when: [oneOf(press, ...PRESSES)],
    code: { configured: "buttonCode", otherwise: "life.sos" },
    phase: "pulse",
    ...uplink,
    attributes: { press },
  });
};

/**
 * What Milesight's sensors say, once a codec has decoded their bytes: the vendor's own codec, and the
 * older one in the device repository of The Things Stack, whose names and words differ.
 */
export const milesightRules = ({ at: path, uplink }: DecodedObject): readonly Rule[] => {
  const at: At = (name) => field(`${path}.${name}`);
  return [
    first(door(at("magnet_status")), door(at("door"))),
    condition({
      of: firstOf(at("tamper_status"), at("install")),
      name: "tamper_status",
      code: "device.tamper",
      raised: ["uninstalled", "uninstall", "no"],
      cleared: ["installed", "install", "yes"],
    }),
    condition({
      of: firstOf(at("leakage_status"), at("water_leak"), at("leak_status")),
      name: "leakage_status",
      code: "facility.water_leak",
      raised: ["leak"],
      cleared: ["normal"],
    }),
    condition({
      of: at("pir"),
      name: "pir",
      code: "intrusion.motion",
      raised: ["trigger"],
      cleared: ["normal", "idle"],
    }),
    button(at, uplink),
    tilt(at),
    condition({
      of: at("distance_alarm"),
      name: "distance_alarm",
      code: "facility.flood",
      raised: ALARM,
      cleared: RELEASE,
    }),
    condition({
      of: at("temperature_alarm"),
      name: "temperature_alarm",
      code: "facility.high_temperature",
      raised: ALARM,
      cleared: RELEASE,
    }),
    ...detectorRules(at),
    ...radarRules(at),
    batteryRule(at),
  ];
};
