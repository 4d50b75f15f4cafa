import type { DataProfile, HandWrittenProfile } from "../src/device-kit/index.ts";
import { axis } from "./axis/profile.ts";
import { aliyunIot } from "./aliyun-iot/profile.ts";
import { chirpstack } from "./chirpstack/profile.ts";
import { dahuaIcc } from "./dahua-icc/profile.ts";
import { dahuaVto } from "./dahua-vto/profile.ts";
import { dahua } from "./dahua/profile.ts";
import { esphome } from "./esphome/profile.ts";
import { frigate } from "./frigate/profile.ts";
import { gat1400 } from "./gat1400/profile.ts";
import { gb28181 } from "./gb28181/profile.ts";
import { genericJson } from "./generic-json/profile.ts";
import { hcCommunity } from "./hc-community/profile.ts";
import { hikvisionIsc } from "./hikvision-isc/profile.ts";
import { hikvision } from "./hikvision/profile.ts";
import { homeAssistant } from "./home-assistant/profile.ts";
import { jetlinks } from "./jetlinks/profile.ts";
import { milesight } from "./milesight/profile.ts";
import { native } from "./native/profile.ts";
import { onvif } from "./onvif/profile.ts";
import { shelly } from "./shelly/profile.ts";
import { siaDc09 } from "./sia-dc09/profile.ts";
import { sparkplug } from "./sparkplug/profile.ts";
import { tasmota } from "./tasmota/profile.ts";
import { theThingsStack } from "./the-things-stack/profile.ts";
import { tuya } from "./tuya/profile.ts";
import { zigbee2mqtt } from "./zigbee2mqtt/profile.ts";

/** Every profile the hub ships, in the order in which they are asked. */
export const profiles: readonly (DataProfile | HandWrittenProfile)[] = Object.freeze([
  native,
  zigbee2mqtt,
  frigate,
  dahua,
  dahuaVto,
  dahuaIcc,
  gb28181,
  gat1400,
  hcCommunity,
  siaDc09,
  onvif,
  axis,
  hikvision,
  hikvisionIsc,
  homeAssistant,
  sparkplug,
  milesight,
  chirpstack,
  theThingsStack,
  tasmota,
  shelly,
  esphome,
  jetlinks,
  tuya,
  aliyunIot,
  genericJson,
]);
