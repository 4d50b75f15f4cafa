import type { Source, TimeSpec } from "../../src/device-kit/index.ts";

/** What gives an uplink its identity; nothing when `key` is empty. */
export interface UplinkKey {
  readonly key: readonly Source[];
  readonly keyTime: TimeSpec;
}
