import { field, isoTime } from "../../src/device-kit/index.ts";

/** When the device says that it happened; one object, so that a rule reads it once for time and identity. */
export const alertTime = isoTime(field("dateTime"), "device");
