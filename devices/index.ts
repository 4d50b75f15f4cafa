import type { DataProfile, HandWrittenProfile } from "../src/device-kit/index.ts";
import { frigate } from "./frigate/profile.ts";
import { native } from "./native/profile.ts";
import { zigbee2mqtt } from "./zigbee2mqtt/profile.ts";

/** Every profile the hub ships, in the order in which they are asked. */
export const profiles: readonly (DataProfile | HandWrittenProfile)[] = Object.freeze([
  native,
  zigbee2mqtt,
  frigate,
]);
