import type { DeviceConfig } from "../domain/estate.ts";
import type { ProfileInput } from "../ports.ts";
import type { Captures } from "./pattern.ts";

/** Where a value is read from: the parsed message, or one member of a list in it. */
export interface Scope {
  readonly input: ProfileInput;
  readonly captures: Captures;
  /** The whole parsed message, or the member an `each` is at. */
  readonly body: unknown;
  /** Key or index of that member. */
  readonly key?: string;
  /** The scope around an `each`. */
  readonly outer?: Scope;
  /** The device that speaks; undefined while none is named. */
  readonly device?: string;
  /** The device's overrides; empty while the device is not known. */
  readonly config: DeviceConfig;
}
